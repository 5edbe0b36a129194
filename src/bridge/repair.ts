import { renderTakenAway } from "../convert/render-notice.ts";
import type { Pacer } from "../delivery/pacer.ts";
import { toBridgeError } from "../errors.ts";
import { makeDerivedItemId, type ServiceId } from "../ids.ts";
import type { Log } from "../log.ts";
import type { Conversation } from "./conversation.ts";
import { recordTakenAway } from "./end-conversation.ts";
import type { AgentReply } from "./events.ts";
import type { Notifier } from "./notify.ts";
import { nameService } from "./owner.ts";
import type { Conversations, Parley, Threads } from "./ports.ts";

export interface RepairDependencies {
  readonly parley: Pick<Parley, "self" | "ownerOf" | "services">;
  readonly threads: Pick<Threads, "repliesAfter">;
  readonly conversations: Conversations;
  /** As if its event had just arrived. */
  readonly takeIn: (reply: AgentReply) => Promise<"appended" | "duplicate" | "note">;
  readonly notifier: Notifier;
  /** Spaces the questions to Parley, so that ten thousand conversations do no harm. */
  readonly ownerQuestions: Pacer;
  readonly intervalMs: number;
  readonly log: Log;
  readonly now: () => number;
}

export interface Repair {
  /** Looks soon: events may just have been lost. A round under way is followed by another. */
  request(): void;
  stop(): Promise<void>;
}

/**
 * Nothing older is read back. Far below the age at which the marks against duplicates expire, else a thread that could
 * not be read for weeks would be sent all over again.
 */
const MAX_READ_BACK_MS = 3 * 86_400_000;

/**
 * Compares open conversations with what Slack and Parley say: replies whose events were lost are appended as if they had
 * just arrived, and Users who are not ours any more are shown as gone. In rounds, one conversation after the other; a
 * round that fails somewhere goes on with the next conversation.
 */
export function startRepair(dependencies: RepairDependencies): Repair {
  const { intervalMs, log } = dependencies;
  const stopping = new AbortController();
  let requested = true;
  let round: Promise<void> | undefined;

  const timer = setInterval(request, intervalMs);
  run();

  function request(): void {
    requested = true;
    run();
  }

  function run(): void {
    if (round || !requested || stopping.signal.aborted) return;
    requested = false;
    round = repairAll(dependencies, stopping.signal)
      .catch((thrown: unknown) => {
        if (!stopping.signal.aborted)
          log.warn({ error: toBridgeError(thrown).message }, "repair.failed");
      })
      .finally(() => {
        round = undefined;
        run();
      });
  }

  return {
    request,
    async stop() {
      clearInterval(timer);
      stopping.abort(new Error("The bridge is stopping"));
      await round;
    },
  };
}

async function repairAll(dependencies: RepairDependencies, signal: AbortSignal): Promise<void> {
  const { conversations, log } = dependencies;
  // The youngest first: there somebody is most likely to wait.
  const open = conversations.open().toReversed();
  let found = 0;
  let gone = 0;
  let readable = true;
  const failures: string[] = [];
  const guarded = async <T>(step: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await step();
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      failures.push(toBridgeError(thrown).message);
      return otherwise;
    }
  };
  for (const { id } of open) {
    // It may have ended while the round waited for its turn.
    const conversation = await conversations.byId(id);
    if (conversation?.state !== "open") continue;
    if (await guarded(() => checkOwner(conversation, dependencies, signal), false)) {
      gone += 1;
      continue;
    }
    if (!readable) continue;
    const missing = await guarded(() => readBack(conversation, dependencies, signal), 0);
    if (missing === "cannot-look") readable = false;
    else found += missing;
  }
  log.info(
    {
      conversations: open.length,
      found,
      gone,
      readable,
      failures: failures.length,
      failure: failures[0],
    },
    "repair.done",
  );
}

/** Appends what people wrote and we never heard of. Returns how many that were. */
async function readBack(
  { id, thread, readUntil }: Conversation,
  { threads, conversations, takeIn, now }: RepairDependencies,
  signal: AbortSignal,
): Promise<number | "cannot-look"> {
  if (!thread) return 0;
  const oldest = String((now() - MAX_READ_BACK_MS) / 1000);
  // Both are `ts`, which sort as text.
  const [after = oldest] = [readUntil ?? thread.ts, oldest].sort().reverse();
  const replies = await threads.repliesAfter(thread, after, signal);
  if (replies === "cannot-look") return replies;
  let missing = 0;
  for (const reply of replies) {
    if ((await takeIn(reply)) === "appended") missing += 1;
  }
  const last = replies.at(-1)?.ts;
  if (last) await conversations.update(id, (c) => ({ ...c, readUntil: last }));
  return missing;
}

/** Whether another Service owns the User; the thread then says so. */
async function checkOwner(
  conversation: Conversation,
  dependencies: RepairDependencies,
  signal: AbortSignal,
): Promise<boolean> {
  const { parley, ownerQuestions } = dependencies;
  await ownerQuestions.turn("owner", { signal });
  const owner = await parley.ownerOf(conversation.userId);
  if (owner === undefined || owner === parley.self) return false;
  // Asked before a hand-back of ours was recorded: that will say more than we know here.
  const current = await dependencies.conversations.byId(conversation.id);
  if (current?.state !== "open" || current.handingBackTo === owner) return false;
  await showGone(current, owner, dependencies);
  return true;
}

async function showGone(
  conversation: Conversation,
  owner: ServiceId,
  { parley, conversations, notifier, now }: RepairDependencies,
): Promise<void> {
  const to = await nameService(parley, owner);
  const from = makeDerivedItemId(conversation.id, `drift ${owner}`);
  const { userId, thread } = conversation;
  if (thread) {
    await notifier.notice(userId, from, "gone", { thread, message: renderTakenAway(to.name) });
  }
  await recordTakenAway(from, conversation, to, { conversations, notifier, now });
}
