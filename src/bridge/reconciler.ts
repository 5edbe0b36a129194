import type { RateLimiter } from "../delivery/rate-limiter.ts";
import { toBridgeError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Round, Rounds } from "../rounds.ts";
import type { Texts } from "../views/texts/en.ts";
import type { Audit } from "./audit-port.ts";
import { type FreeClaimsDependencies, freeClaims } from "./claims/free-claims.ts";
import type { Conversation } from "./conversation.ts";
import type { Desk } from "./desk-ports.ts";
import { eachOpen } from "./each-open.ts";
import type { Notifier } from "./notifier.ts";
import { nameService } from "./owner.ts";
import { recordTakenAway } from "./ownership/end-conversation.ts";
import { isBeingHandedBack } from "./ownership/handing-back.ts";
import type { Channels, Conversations, Parley } from "./ports.ts";
import type { ReadBack } from "./read-back.ts";

export interface ReconcilerDependencies extends FreeClaimsDependencies {
  parley: Pick<Parley, "self" | "ownerOf" | "services">;
  conversations: Conversations & {
    /** Sets the clock of one that a crash has left without. */
    settle(conversation: Conversation): Promise<void>;
  };
  audit: Audit;
  desk: Pick<Desk, "teams" | "teamOf">;
  channels: Pick<Channels, "look">;
  readBack: ReadBack;
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
 * Compares open conversations with what Slack and Parley say, in rounds, one conversation after the other. Replies whose
 * events were lost are taken in as if they had just arrived, and conversations end whose User another Service has; those in a
 * channel that is lost go on elsewhere, and those whose agent may not answer any more are free. If it
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
    start("claims", freeClaims),
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
  const unreadable = new Set<string>();
  const round = await eachOpen(dependencies, signal, async (conversation) => {
    found += await dependencies.readBack(conversation, signal, unreadable);
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
