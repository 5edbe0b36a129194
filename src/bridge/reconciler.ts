import { defined } from "../defined.ts";
import type { RateLimiter } from "../delivery/rate-limiter.ts";
import { toBridgeError } from "../errors.ts";
import { isSameThread, type Thread } from "../ids.ts";
import type { Log } from "../log.ts";
import type { Round, Rounds } from "../rounds.ts";
import type { Texts } from "../views/texts/en.ts";
import type { Audit } from "./audit-port.ts";
import { type Conversation, isBeingHandedBack, withReadBack } from "./conversation.ts";
import type { Desk } from "./desk-ports.ts";
import type { Notifier } from "./notifier.ts";
import { nameService } from "./owner.ts";
import { recordTakenAway } from "./ownership/end-conversation.ts";
import type { Channels, Conversations, Parley, ThreadReader } from "./ports.ts";
import type { AgentReply } from "./stored/agent-reply.ts";

export interface ReconcilerDependencies {
  parley: Pick<Parley, "self" | "ownerOf" | "services">;
  reader: Pick<ThreadReader, "repliesAfter">;
  conversations: Conversations & {
    /** Sets the clock of one that a crash has left without. */
    settle(conversation: Conversation): Promise<void>;
  };
  audit: Audit;
  desk: Pick<Desk, "teams">;
  channels: Pick<Channels, "look">;
  /** Takes a reply in as if its event had just arrived. */
  takeIn: (reply: AgentReply) => Promise<"appended" | "duplicate" | "note">;
  /** Whether the lock of one of these people makes a reply a note. */
  isLocked: (reply: AgentReply, lockedBy: readonly string[]) => Promise<boolean>;
  notifier: Notifier;
  /** Spaces the questions to Parley, so that thousands of conversations do not overload it. */
  ownerQuestions: RateLimiter;
  rounds: Rounds;
  intervalMs: number;
  texts: Texts;
  log: Log;
  now: () => number;
}

/** `request`: events may have been lost. */
export interface Reconciler extends Round {
  /** The same, of threads alone. */
  readThreads(): void;
}

/**
 * Nothing older is read back. Far shorter than idempotency keys are kept; otherwise all replies in a thread that could not
 * be read for weeks would be sent again.
 */
const MAX_READ_BACK_MS = 3 * 86_400_000;

/**
 * Compares open conversations with what Slack and Parley say, in rounds, one conversation after the other. Replies whose
 * events were lost are taken in as if they had just arrived, and conversations end whose User another Service has; those in a
 * channel that is lost go on elsewhere. If it
 * fails for one conversation the round goes on with the next. The rounds of Slack and of Parley do not wait for each other.
 */
export function startReconciler(dependencies: ReconcilerDependencies): Reconciler {
  const { rounds, intervalMs: everyMs, log } = dependencies;
  const start = (
    name: string,
    compare: (dependencies: ReconcilerDependencies, signal: AbortSignal) => Promise<void>,
  ): Round =>
    rounds.start(name, {
      everyMs,
      run: (signal) => compare(dependencies, signal),
      onError: (thrown) => log.warn({ error: toBridgeError(thrown).message }, "repair.failed"),
    });
  const threads = start("threads", readThreads);
  const all = [
    start("owners", checkOwners),
    threads,
    start("channels", leaveChannels),
    start("clocks", setClocks),
  ];
  return {
    readThreads: threads.request,
    request() {
      for (const { request } of all) request();
    },
    async stop() {
      await Promise.all(all.map(({ stop }) => stop()));
    },
  };
}

async function readThreads(
  dependencies: ReconcilerDependencies,
  signal: AbortSignal,
): Promise<void> {
  let found = 0;
  /** Where one thread cannot be read no other of the channel can. */
  const unreadable = new Set<string>();
  const round = await eachOpen(dependencies, signal, async (conversation) => {
    const { thread } = conversation;
    if (!thread || unreadable.has(thread.channel)) return;
    const missing = await readBack(conversation, dependencies, signal);
    if (missing === "cannot-look") unreadable.add(thread.channel);
    else found += missing;
    found += await readLeft(conversation, unreadable, dependencies, signal);
  });
  dependencies.log.info({ found, readable: unreadable.size === 0, ...round }, "repair.done");
}

/**
 * Has conversations go on in the channel of their team whose thread is in a channel of no team (any more) which we have no access
 * to: otherwise they would only when there is something to be posted.
 */
async function leaveChannels(
  dependencies: ReconcilerDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { desk, channels, notifier, log } = dependencies;
  const ours = new Set(desk.teams.map(({ channel }) => channel));
  const lost = new Map<string, boolean>();
  let left = 0;
  const round = await eachOpen(dependencies, signal, async (conversation) => {
    const { thread } = conversation;
    if (!thread || ours.has(thread.channel)) return;
    const isLost = lost.get(thread.channel) ?? (await isOutOfReach(thread.channel, channels));
    lost.set(thread.channel, isLost);
    if (!isLost) return;
    await notifier.threadGone(conversation, thread, false);
    left += 1;
  });
  if (lost.size > 0) log.info({ left, channels: [...lost.keys()], ...round }, "channels.left");
}

async function setClocks(dependencies: ReconcilerDependencies, signal: AbortSignal): Promise<void> {
  const { conversations, log } = dependencies;
  const round = await eachOpen(dependencies, signal, (each) => conversations.settle(each));
  log.debug({ ...round }, "clocks.set");
}

async function isOutOfReach(
  channel: string,
  channels: ReconcilerDependencies["channels"],
): Promise<boolean> {
  const { trouble } = await channels.look(channel);
  return trouble !== undefined && trouble !== "shared";
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

/** Calls `check` for each open conversation, one after the other. A failure for one does not affect the others. */
async function eachOpen(
  { conversations }: ReconcilerDependencies,
  signal: AbortSignal,
  check: (conversation: Conversation) => Promise<void>,
): Promise<{ conversations: number; failures: number; failure: string | undefined }> {
  // The youngest first, because there it is most likely that somebody waits.
  const open = (await conversations.open()).toReversed();
  const failures: string[] = [];
  for (const { id } of open) {
    signal.throwIfAborted();
    try {
      // It may have ended since the round began.
      const conversation = await conversations.byId(id);
      if (conversation?.state === "open") await check(conversation);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      failures.push(toBridgeError(thrown).message);
    }
  }
  return { conversations: open.length, failures: failures.length, failure: failures[0] };
}

/** Takes in what people wrote in the thread without an event reaching us. Returns how many replies that were. */
async function readBack(
  { id, thread, readUntil }: Conversation,
  dependencies: ReconcilerDependencies,
  signal: AbortSignal,
): Promise<number | "cannot-look"> {
  if (!thread) return 0;
  const { conversations } = dependencies;
  const read = await readFrom(thread, readUntil ?? thread.ts, dependencies, signal);
  if (read === "cannot-look") return read;
  const { until, missing } = read;
  if (until) {
    // Another thread may have opened meanwhile, and somebody else may have read further.
    const isNews = (c: Conversation) =>
      isSameThread(c.thread, thread) && (c.readUntil === undefined || c.readUntil < until);
    await conversations.update(id, (c) => (isNews(c) ? { ...c, readUntil: until } : c));
  }
  return missing;
}

/**
 * The same of the threads that it was moved from: once more each, because what was written there before was for the User. What
 * was written later is refused, and its writer told, as if its event had come.
 */
async function readLeft(
  { id, moved = [] }: Conversation,
  unreadable: Set<string>,
  dependencies: ReconcilerDependencies,
  signal: AbortSignal,
): Promise<number> {
  let found = 0;
  for (const left of moved) {
    const { thread, unreadAfter } = left;
    if (unreadAfter === undefined || unreadable.has(thread.channel)) continue;
    const read = await readFrom(thread, unreadAfter, dependencies, signal).catch(
      (thrown: unknown) => {
        // It is gone with all that was in it, or out of reach with its channel.
        const { disposition } = toBridgeError(thrown);
        if (disposition !== "dead-letter" && disposition !== "fatal") throw thrown;
        return { missing: 0 };
      },
    );
    if (read === "cannot-look") {
      unreadable.add(thread.channel);
      continue;
    }
    found += read.missing;
    await dependencies.conversations.update(id, (c) => withReadBack(c, thread));
  }
  return found;
}

/** Takes in what people wrote in a thread after this `ts`, but nothing that is very old. */
async function readFrom(
  thread: Thread,
  from: string,
  { reader, takeIn, isLocked, now }: ReconcilerDependencies,
  signal: AbortSignal,
): Promise<{ missing: number; until?: string } | "cannot-look"> {
  const oldest = String((now() - MAX_READ_BACK_MS) / 1000);
  // Both are `ts`, which sort as text.
  const [after = oldest] = [from, oldest].sort().reverse();
  const read = await reader.repliesAfter(thread, after, signal);
  if (read === "cannot-look") return read;
  let missing = 0;
  for (const reply of read.replies) {
    const lockedBy = read.lockedBy.get(reply.ts);
    if (lockedBy && (await isLocked(reply, lockedBy))) continue;
    if ((await takeIn(reply)) === "appended") missing += 1;
  }
  return { missing, ...defined({ until: read.until }) };
}

/** Asks Parley whether another Service owns the User, and ends the conversation if so. */
async function checkOwner(
  conversation: Conversation,
  dependencies: ReconcilerDependencies,
  signal: AbortSignal,
): Promise<boolean> {
  const { parley, conversations, ownerQuestions, now } = dependencies;
  await ownerQuestions.acquire("owner", { signal });
  const owner = await parley.ownerOf(conversation.userId);
  if (owner === undefined || owner === parley.self) return false;
  // If a hand-back of ours is under way, its outcome will say more than the owner does now.
  const current = await conversations.byId(conversation.id);
  if (current?.state !== "open") return false;
  if (isBeingHandedBack(current, owner, now())) return false;
  await recordTakenAway(current, await nameService(parley, owner), dependencies);
  return true;
}
