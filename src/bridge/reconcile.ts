import type { RateLimiter } from "../delivery/rate-limiter.ts";
import { toBridgeError } from "../errors.ts";
import type { Log } from "../log.ts";
import { type Conversation, isBeingHandedBack } from "./conversation.ts";
import type { AgentReply } from "./events.ts";
import type { Notifier } from "./notify.ts";
import { nameService } from "./owner.ts";
import { recordTakenAway } from "./ownership/end-conversation.ts";
import type { Conversations, Parley, Threads } from "./ports.ts";

export interface ReconcilerDependencies {
  parley: Pick<Parley, "self" | "ownerOf" | "services">;
  threads: Pick<Threads, "repliesAfter">;
  conversations: Conversations;
  /** As if its event had just arrived. */
  takeIn: (reply: AgentReply) => Promise<"appended" | "duplicate" | "note">;
  notifier: Notifier;
  /** Spaces the questions to Parley, so that ten thousand conversations do no harm. */
  ownerQuestions: RateLimiter;
  intervalMs: number;
  log: Log;
  now: () => number;
}

export interface Reconciler {
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
 * round that fails somewhere goes on with the next conversation. Parley is never asked later because Slack is slow.
 */
export function startReconciler(dependencies: ReconcilerDependencies): Reconciler {
  const stopping = new AbortController();
  const { signal } = stopping;
  const rounds = [
    startRounds(() => checkOwners(dependencies, signal), dependencies, signal),
    startRounds(() => readThreads(dependencies, signal), dependencies, signal),
  ];
  return {
    request: () => {
      for (const { request } of rounds) request();
    },
    async stop() {
      stopping.abort(new Error("The bridge is stopping"));
      await Promise.all(rounds.map(({ stop }) => stop()));
    },
  };
}

/** Runs rounds of one kind on schedule and on request, one at a time, the first at once. */
function startRounds(
  work: () => Promise<void>,
  { intervalMs, log }: ReconcilerDependencies,
  signal: AbortSignal,
): Reconciler {
  let requested = true;
  let round: Promise<void> | undefined;

  const timer = setInterval(request, intervalMs);
  run();

  function request(): void {
    requested = true;
    run();
  }

  function run(): void {
    if (round || !requested || signal.aborted) return;
    requested = false;
    round = work()
      .catch((thrown: unknown) => {
        if (!signal.aborted) log.warn({ error: toBridgeError(thrown).message }, "repair.failed");
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
      await round;
    },
  };
}

async function readThreads(
  dependencies: ReconcilerDependencies,
  signal: AbortSignal,
): Promise<void> {
  let found = 0;
  let readable = true;
  const round = await eachOpen(dependencies, signal, async (conversation) => {
    if (!readable) return;
    const missing = await readBack(conversation, dependencies, signal);
    if (missing === "cannot-look") readable = false;
    else found += missing;
  });
  dependencies.log.info({ found, readable, ...round }, "repair.done");
}

async function checkOwners(
  dependencies: ReconcilerDependencies,
  signal: AbortSignal,
): Promise<void> {
  let gone = 0;
  const round = await eachOpen(dependencies, signal, async (conversation) => {
    if (await checkOwner(conversation, dependencies, signal)) gone += 1;
  });
  dependencies.log.info({ gone, ...round }, "owners.checked");
}

/** One after the other; what fails for one conversation does not keep the others from their turn. */
async function eachOpen(
  { conversations }: ReconcilerDependencies,
  signal: AbortSignal,
  step: (conversation: Conversation) => Promise<void>,
): Promise<{ conversations: number; failures: number; failure: string | undefined }> {
  // The youngest first: there somebody is most likely to wait.
  const open = conversations.open().toReversed();
  const failures: string[] = [];
  for (const { id } of open) {
    try {
      // It may have ended while the round waited for its turn.
      const conversation = await conversations.byId(id);
      if (conversation?.state === "open") await step(conversation);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      failures.push(toBridgeError(thrown).message);
    }
  }
  return { conversations: open.length, failures: failures.length, failure: failures[0] };
}

/** Appends what people wrote and we never heard of. Returns how many that were. */
async function readBack(
  { id, thread, readUntil }: Conversation,
  { threads, conversations, takeIn, now }: ReconcilerDependencies,
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
  dependencies: ReconcilerDependencies,
  signal: AbortSignal,
): Promise<boolean> {
  const { parley, conversations, ownerQuestions, now } = dependencies;
  await ownerQuestions.acquire("owner", { signal });
  const owner = await parley.ownerOf(conversation.userId);
  if (owner === undefined || owner === parley.self) return false;
  // Asked while a hand-back of ours was under way: what comes of that says more than we know here.
  const current = await conversations.byId(conversation.id);
  if (current?.state !== "open") return false;
  if (isBeingHandedBack(current, owner, now())) return false;
  await recordTakenAway(current, await nameService(parley, owner), dependencies);
  return true;
}
