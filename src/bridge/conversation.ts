import {
  type HandoverId,
  type ItemId,
  isSameThread,
  type ServiceId,
  type Thread,
  type UserId,
} from "../ids.ts";
import type { RootFacts } from "../views/root.ts";
import type { Ending, EndState } from "../views/root-state.ts";
import type { RunningClock } from "./clock.ts";
import type { Lease } from "./handovers/lease.ts";

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
  /** Whose events these are, also when the User was merged since: they stay in one lane, in order. Missing: the User's. */
  readonly toldAs?: UserId;
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

/** An agent has answered its User. */
export const isAnswered = ({ firstAnswerAt, agentMessages }: Conversation): boolean =>
  firstAnswerAt !== undefined || agentMessages > 0;

/** Its User waits for an answer. */
export const isWaiting = ({ state, waitingSince }: Conversation): boolean =>
  state === "open" && waitingSince !== undefined;

export function withoutOpening(conversation: Conversation): Conversation {
  const { openingSince: _, openingIn: __, ...rest } = conversation;
  return rest;
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

/** Ends an open conversation; one that has ended already stays as it ended. */
export function end(conversation: Conversation, state: EndState, ending: Ending): Conversation {
  if (conversation.state !== "open") return conversation;
  const {
    waitingSince: _,
    waitingAnewSince: __,
    handingBackTo: ___,
    handingBackSince: ____,
    ...rest
  } = conversation;
  return { ...rest, state, ending };
}
