import type { HandBackReason } from "../config/desk-rules.ts";
import { anyReasonOf } from "../convert/text/reason-of.ts";
import { shorten } from "../convert/text/slack-text.ts";
import type { TranscriptLine } from "../convert/to-slack/parley-message.ts";
import { defined } from "../defined.ts";
import { type HandoverId, type ItemId, isSameThread, type ServiceId, type Thread } from "../ids.ts";
import type { Json } from "../json.ts";
import type { RootFacts } from "../views/root.ts";
import type { Claim, Ending, EndState } from "../views/root-state.ts";
import type { UserDetails } from "../views/root-user.ts";
import type { Lease } from "./handovers/lease.ts";
import { joinMetadata, joinTranscripts } from "./ownership/join-handovers.ts";

/** A thread that a conversation has left for one of another team, or that opened for it in vain. */
export interface Moved {
  readonly thread: Thread;
  /** The team that had it there; missing as in {@link Conversation}. */
  readonly team?: string;
  /** What was written in this thread before this `ts` was for the User: it is the root of the thread that came next. */
  readonly until: string;
  /** Slack id of whoever moved it. */
  readonly by: string;
  /** ms since the epoch. */
  readonly at: number;
  /** The item that did it. */
  readonly item: ItemId;
  /** The conversation never was in this thread: it ended, or went elsewhere, while the thread opened. */
  readonly inVain?: true;
  /** From this `ts` on the thread is to be read back once more, because events may have been lost. */
  readonly unreadAfter?: string;
}

/** The first message below a root, which has all that is known. */
export interface DetailsPost {
  /** The `ts` of the root. */
  readonly below: string;
  /** From this moment on it may be in Slack. ms since the epoch. */
  readonly since: number;
  /** Missing: nobody has recorded yet that it is there. */
  readonly ts?: string;
  /** What it shows, in short: other details have another value. */
  readonly shown?: string;
}

/** What the User thinks of it. */
export interface Rating {
  /** From 1 to 5. */
  readonly stars: number;
  readonly comment?: string;
  /** ms since the epoch. */
  readonly at: number;
}

/**
 * One User's time with us, from handover to hand-back.
 *
 * `open` → `handed-back` (an agent gave the User to another Service), `taken-away` (somebody else did) or `merged` (the
 * User was merged into one with a thread of its own). A conversation that has ended never opens again: the next handover
 * begins a new one with a new thread. Times are ms since the epoch.
 */
export interface Conversation extends RootFacts {
  /** The name of the team that has it; missing: a version that knew only one has stored it. */
  readonly team?: string;
  /** Missing until the root is posted. */
  readonly thread?: Thread;
  /** Those below the root of a thread that it has, or had. */
  readonly details?: DetailsPost;
  /** Since when the root of another thread for it may be in Slack, although that is not recorded yet. */
  readonly openingSince?: number;
  /** In which channel; missing: a version that knew only one has stored it. */
  readonly openingIn?: string;
  /** Its threads that are gone, the newest first. */
  readonly lost?: readonly Thread[];
  /** The threads that it was moved from, the newest first. */
  readonly moved?: readonly Moved[];
  /** The User's conversation before this one. */
  readonly previous?: Thread;
  /** The User's conversation after this one. */
  readonly next?: Thread;
  /** When the User's newest message reached us; missing before the first. */
  readonly lastWroteAt?: number;
  /** The item that gave it to somebody, or to nobody, last: what it has done it does not do again after a crash. */
  readonly claimItem?: ItemId;
  /** When it was let go of last, or moved: whoever waited then waits anew from this moment. */
  readonly waitingAnewSince?: number;
  /** When an agent claimed it first, answered first, and answered last. */
  readonly firstClaimAt?: number;
  readonly firstAnswerAt?: number;
  /** Slack id. */
  readonly firstAnswerBy?: string;
  readonly lastAnswerAt?: number;
  /** How far its clock was followed. */
  readonly clock?: RunningClock;
  readonly userMessages: number;
  readonly agentMessages: number;
  /** We have asked, or are about to ask, Parley for this change of owner, so its callback tells us nothing new. */
  readonly handingBackTo?: ServiceId;
  readonly handingBackSince?: number;
  readonly rating?: Rating;
  /** The `ts` up to which the thread was read back and nothing was missing; missing if it never was. */
  readonly readUntil?: string;
  /** The ids of the handovers that it comes from, the newest last. */
  readonly handovers?: readonly HandoverId[];
  /** The newest one that a handover has set. */
  readonly lease?: Lease;
  /** What has happened of what the bot is told, by the ids of the events. */
  readonly told?: readonly ItemId[];
}

export const CLOCK_KINDS = ["waiting", "silent", "idle"] as const;

/** Whom the time runs for: nobody has claimed it · the agent who has owes an answer · the User does. */
export interface Clock {
  readonly kind: (typeof CLOCK_KINDS)[number];
  readonly since: number;
}

export interface RunningClock extends Clock {
  /** The steps up to this time on the clock, in ms, are carried out or left out; before the first it is -1. */
  readonly done: number;
  /** The number of the newest tick, which is in its id: earlier ones count for nothing. */
  readonly tick: number;
  /** When that tick comes, if not earlier than anything is to happen; missing: nothing is. */
  readonly next?: number;
  /** A hand-back while it ran that did not work: how often it was tried, and when last. */
  readonly failed?: {
    readonly handBack: HandBackReason;
    readonly tried: number;
    readonly at: number;
  };
}

/** What is known of a conversation when it opens. */
export type Opening = Omit<RootFacts, "state" | "ending"> &
  Pick<Conversation, "team" | "previous" | "handovers" | "lease">;

export function openConversation(given: Opening): Conversation {
  return {
    ...given,
    state: "open",
    waitingSince: given.openedAt,
    userMessages: 0,
    agentMessages: 0,
  };
}

/** Records that the thread is gone: the next item for the conversation opens another. Safe to repeat. */
export function withoutThread(conversation: Conversation, gone: Thread): Conversation {
  const { thread, readUntil: _, ...rest } = conversation;
  if (thread?.channel !== gone.channel || thread.ts !== gone.ts) return conversation;
  return { ...rest, lost: [gone, ...(rest.lost ?? [])] };
}

/** The details below the root of its thread; `undefined`: they were not posted there yet. */
export const detailsOf = ({ thread, details }: Conversation): DetailsPost | undefined =>
  details?.below === thread?.ts ? details : undefined;

/** Its thread has both the root and the details. */
export const isShown = (
  conversation: Conversation,
): conversation is Conversation & { readonly thread: Thread } =>
  conversation.thread !== undefined && detailsOf(conversation)?.ts !== undefined;

/** All threads that lead to the conversation. */
export const threadsOf = ({ thread, lost = [], moved = [] }: Conversation): Thread[] => [
  ...(thread ? [thread] : []),
  ...lost,
  ...moved.map((each) => each.thread),
];

/** The root of a thread for it may be in Slack, although nobody knows its `ts`. */
export const isOpening = ({ thread, openingSince }: Conversation): boolean =>
  thread === undefined || openingSince !== undefined;

/** How the conversation has left this thread; `undefined`: it was not moved from there. */
export const movedFrom = ({ moved = [] }: Conversation, thread: Thread): Moved | undefined =>
  moved.find((each) => isSameThread(each.thread, thread));

/** Whether the conversation was in this thread when it was last told: it has the thread, or has lost it and opened no other. */
export const isIn = ({ thread, lost = [] }: Conversation, given: Thread): boolean =>
  isSameThread(thread, given) || (thread === undefined && isSameThread(lost[0], given));

/** Another thread has it from now on: nobody there has claimed it, and the User waits for them from this moment. */
export function withMove(
  conversation: Conversation,
  {
    from,
    to,
    team,
    ...how
  }: Pick<Moved, "by" | "at" | "item"> & { from: Thread; to: Thread; team: string },
): Conversation {
  const free = withoutClaim(withoutOpening(conversation), how.at);
  const { readUntil, lost = [], moved = [], team: before, ...rest } = free;
  const others = lost.filter((each) => !isSameThread(from, each));
  const left: Moved = {
    thread: from,
    until: to.ts,
    unreadAfter: readUntil ?? from.ts,
    ...how,
    ...defined({ team: before }),
  };
  return {
    ...rest,
    team,
    thread: to,
    waitingSince: rest.waitingSince ?? how.at,
    waitingAnewSince: how.at,
    moved: [left, ...moved],
    ...(others.length > 0 && { lost: others }),
  };
}

/** The thread that it has left was read back once more. */
export function withReadBack(conversation: Conversation, left: Thread): Conversation {
  const { moved = [] } = conversation;
  const read = moved.map((each) => {
    if (!isSameThread(each.thread, left)) return each;
    const { unreadAfter: _, ...rest } = each;
    return rest;
  });
  return { ...conversation, moved: read };
}

/** A thread that opened for it in vain leads to it all the same. */
export function withThreadInVain(
  conversation: Conversation,
  thread: Thread,
  how: Pick<Moved, "by" | "at" | "item">,
): Conversation {
  const { moved = [], ...rest } = withoutOpening(conversation);
  const vain: Moved = { thread, until: thread.ts, inVain: true, ...how };
  return { ...rest, moved: [...moved, vain] };
}

/**
 * Whether the root of another team's thread may be in Slack already, so that nobody knows whether what is written here came before
 * it. Normally that takes as long as one post. However long it takes, whoever moves it finds out, or gives up.
 */
export const isMoving = ({ thread, openingSince }: Conversation): boolean =>
  thread !== undefined && openingSince !== undefined;

/** An agent has answered its User. */
export const isAnswered = ({ firstAnswerAt, agentMessages }: Conversation): boolean =>
  firstAnswerAt !== undefined || agentMessages > 0;

/** Its User waits for an answer. */
export const isWaiting = ({ state, waitingSince }: Conversation): boolean =>
  state === "open" && waitingSince !== undefined;

/** The thread of another team that was to open does not open any more. */
export const withoutMove = (conversation: Conversation): Conversation =>
  conversation.thread !== undefined && isOpening(conversation)
    ? withoutOpening(conversation)
    : conversation;

export function withoutOpening(conversation: Conversation): Conversation {
  const { openingSince: _, openingIn: __, ...rest } = conversation;
  return rest;
}

/** Only this many of the newest reasons are kept, and each is cut to a length that people still read. */
const MAX_FURTHER_REASONS = 10;
const REASON_LIMIT = 500;

/**
 * Adds what a `further` handover at the moment `at` (ms) brings; the first reason stays, and a new one is listed behind it.
 * Returns the same object if it brings nothing new.
 */
export function withHandover(
  conversation: Conversation,
  further: {
    user?: UserDetails;
    metadata?: Json;
    transcript?: readonly TranscriptLine[];
  },
  at: number,
): Conversation {
  const metadata = joinMetadata(conversation.metadata, further.metadata);
  const transcript = joinTranscripts(conversation.transcript, further.transcript);
  const furtherReasons = addReason(conversation, anyReasonOf(further.metadata), at);
  const user = { ...conversation.user, ...further.user };
  const bringsNothingNew =
    metadata === conversation.metadata &&
    transcript === conversation.transcript &&
    furtherReasons === conversation.furtherReasons &&
    JSON.stringify(user) === JSON.stringify(conversation.user);
  if (bringsNothingNew) return conversation;
  return {
    ...conversation,
    user,
    ...defined({ metadata, furtherReasons, transcript }),
  };
}

/** A reason that is known already is not added: it is the same handover, reported twice. */
function addReason(
  { metadata, furtherReasons }: Conversation,
  given: string | undefined,
  at: number,
): Conversation["furtherReasons"] {
  const first = anyReasonOf(metadata);
  if (first === undefined || given === undefined || given === first) return furtherReasons;
  const reason = shorten(given, REASON_LIMIT);
  const known = furtherReasons ?? [];
  if (known.some((earlier) => earlier.reason === reason)) return furtherReasons;
  return [...known, { reason, at }].slice(-MAX_FURTHER_REASONS);
}

export const withUserMessages = (
  conversation: Conversation,
  count: number,
  at: number,
): Conversation => ({
  ...conversation,
  waitingSince: conversation.waitingSince ?? at,
  lastWroteAt: Math.max(conversation.lastWroteAt ?? 0, at),
  userMessages: conversation.userMessages + count,
});

/** The User has waited since then, if not for longer; one that has ended stays as it is. */
export const withWait = (conversation: Conversation, since: number): Conversation =>
  conversation.state === "open"
    ? { ...conversation, waitingSince: Math.min(since, conversation.waitingSince ?? since) }
    : conversation;

/**
 * An agent has answered. Whoever answers first has claimed it. What the User has written since the answer was `heardAt` (ms) waits
 * for another one.
 */
export function withAnswer(
  conversation: Conversation,
  {
    by,
    at,
    heardAt = at,
    ts,
  }: { readonly by: string; readonly at: number; readonly heardAt?: number; readonly ts?: string },
): Conversation {
  const claim = { by, since: at, ...defined({ ts }) };
  const { waitingSince, ...answered } = withClaimByAnswer(conversation, claim, heardAt);
  const { lastWroteAt = 0 } = conversation;
  return {
    ...answered,
    ...(waitingSince !== undefined && lastWroteAt > heardAt && { waitingSince: lastWroteAt }),
    agentMessages: conversation.agentMessages + 1,
    firstAnswerAt: conversation.firstAnswerAt ?? at,
    ...(conversation.firstAnswerAt === undefined && { firstAnswerBy: by }),
    lastAnswerAt: Math.max(conversation.lastAnswerAt ?? 0, at),
  };
}

/** Whoever answers has claimed it, unless it was let go of after their answer reached us, at the moment `heardAt` (ms). */
export const withClaimByAnswer = (
  conversation: Conversation,
  claim: Claim,
  heardAt: number,
): Conversation =>
  (conversation.waitingAnewSince ?? 0) > heardAt ? conversation : withClaim(conversation, claim);

/** One that has ended, or that somebody has claimed, stays as it is. */
export const withClaim = (conversation: Conversation, claim: Claim): Conversation =>
  conversation.state === "open" && !conversation.claim
    ? { ...conversation, claim, firstClaimAt: conversation.firstClaimAt ?? claim.since }
    : conversation;

/**
 * What the item `by` asks for: `claim`, or that nobody has it, if `expects` (Slack id, or nobody) has it still. One that has
 * ended, that somebody else was faster with, or that the item has changed already stays as it is. `at`: when that was asked for, ms.
 */
export function withClaimBy(
  conversation: Conversation,
  by: ItemId,
  expects: string | undefined,
  claim: Claim | undefined,
  at: number,
): Conversation {
  const { state, claim: before, claimItem } = conversation;
  if (state !== "open" || claimItem === by || before?.by !== expects) return conversation;
  const free = { ...withoutClaim(conversation, at), claimItem: by };
  return claim ? withClaim(free, claim) : free;
}

/** Nobody has it from the moment `at` (ms) on, and whoever waits begins to wait anew. */
export function withoutClaim(conversation: Conversation, at: number): Conversation {
  const { claim, ...rest } = conversation;
  return claim ? { ...rest, waitingAnewSince: at } : conversation;
}

export const isSameClock = (a: Clock | undefined, b: Clock | undefined): boolean =>
  a?.kind === b?.kind && a?.since === b?.since;

/** Exactly one clock runs while a conversation is open, and none afterwards. */
export function clockOf({
  state,
  openedAt,
  claim,
  waitingSince,
  waitingAnewSince = 0,
  lastAnswerAt = openedAt,
}: Conversation): Clock | undefined {
  if (state !== "open") return undefined;
  if (waitingSince === undefined) return { kind: "idle", since: lastAnswerAt };
  return claim
    ? { kind: "silent", since: Math.max(waitingSince, claim.since) }
    : { kind: "waiting", since: Math.max(waitingSince, waitingAnewSince) };
}

/** Whether this very clock, and no later one, runs for the conversation. */
export const isRunning = (clock: Clock, conversation: Conversation): boolean =>
  isSameClock(clock, clockOf(conversation));

/** Whether a step of this clock, at the time `step` on it, is still to be done: it was not delayed until after the next. */
export const isStillDue = (
  clock: Clock,
  step: number | undefined,
  conversation: Conversation,
): boolean =>
  isRunning(clock, conversation) &&
  !(isSameClock(clock, conversation.clock) && (conversation.clock?.done ?? 0) > (step ?? Infinity));

/** The desk could not hand the User back while this clock ran, and tries that again. */
export function withFailure(
  conversation: Conversation,
  failed: Clock,
  handBack: HandBackReason,
  at: number,
): Conversation {
  const { clock } = conversation;
  if (!clock || clock.failed || !isSameClock(failed, clock)) return conversation;
  return { ...conversation, clock: { ...clock, failed: { handBack, tried: 1, at } } };
}

/** One that has ended stays as it is, and so does one whose User somebody is giving to another Service. */
export const withHandingBack = (
  conversation: Conversation,
  to: ServiceId,
  at: number,
): Conversation =>
  conversation.state === "open" && !isGoingElsewhere(conversation, to, at)
    ? { ...conversation, handingBackTo: to, handingBackSince: at }
    : conversation;

/** Whoever gives a User away has done it or failed within this time, or was killed. */
const GIVING_MS = 60_000;

/** Whether somebody is giving the User to another Service than this one. */
export const isGoingElsewhere = (
  { state, handingBackTo, handingBackSince = 0 }: Conversation,
  to: ServiceId,
  now: number,
): boolean =>
  state === "open" &&
  handingBackTo !== undefined &&
  handingBackTo !== to &&
  now - handingBackSince < GIVING_MS;

/** The hand-back to this Service is over; another one that somebody has begun since then is not. */
export function withoutHandingBack(conversation: Conversation, to: ServiceId): Conversation {
  return conversation.handingBackTo === to ? withoutAnyHandingBack(conversation) : conversation;
}

function withoutAnyHandingBack(conversation: Conversation): Conversation {
  const { handingBackTo: _, handingBackSince: __, ...rest } = conversation;
  return rest;
}

/** A hand-back takes seconds. One that is older was interrupted between Parley's answer and its record. */
const HAND_BACK_LIFE_MS = 5 * 60_000;

/** Whether the User is with `owner` because we are handing the User back now; the outcome of that will say more. */
export const isBeingHandedBack = (
  conversation: Conversation,
  owner: ServiceId,
  now: number,
): boolean => conversation.handingBackTo === owner && isHandBackUnderWay(conversation, now);

/** Whether we are handing the User back now, whoever is to have the User then. */
export const isHandBackUnderWay = (
  { state, handingBackTo, handingBackSince = 0 }: Conversation,
  now: number,
): boolean =>
  state === "open" && handingBackTo !== undefined && now - handingBackSince < HAND_BACK_LIFE_MS;

/** Ends an open conversation; one that has ended already stays as it ended. */
export function end(conversation: Conversation, state: EndState, ending: Ending): Conversation {
  if (conversation.state !== "open") return conversation;
  const { waitingSince: _, waitingAnewSince: __, ...rest } = withoutAnyHandingBack(conversation);
  return { ...rest, state, ending };
}
