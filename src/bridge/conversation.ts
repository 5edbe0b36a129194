import type { TranscriptLine, UserDetails } from "../convert/parley-message.ts";
import type { ConversationId, ServiceId, Thread, UserId } from "../ids.ts";
import type { Json } from "../json.ts";

export type EndState = "handed-back" | "taken-away" | "merged";

export interface Destination {
  readonly id: ServiceId;
  readonly name: string;
}

export interface Ending {
  readonly at: number;
  /** The new owner; missing if the User was merged into another one. */
  readonly to?: Destination;
  /** The thread in which the merged User goes on. */
  readonly into?: Thread;
  /** Slack id; missing: it happened outside of Slack. */
  readonly by?: string;
  readonly note?: string;
}

/**
 * One User's time with us, from handover to hand-back.
 *
 * `open` → `handed-back` (an agent gave the User to another Service), `taken-away` (somebody else did) or `merged` (the
 * User goes on in another thread). None of them ever opens again: the next handover is a new conversation with a new
 * thread. Times are ms since the epoch.
 */
export interface Conversation {
  readonly id: ConversationId;
  readonly userId: UserId;
  readonly user: UserDetails;
  readonly state: "open" | EndState;
  readonly openedAt: number;
  /** Missing until the root is posted. */
  readonly thread?: Thread;
  readonly metadata?: Json;
  readonly transcript?: readonly TranscriptLine[];
  /** Parley did not say whether we own the User when this was opened. */
  readonly ownerUnverified?: true;
  /** The User's conversation before this one. */
  readonly previous?: Thread;
  /** When the User's newest message reached us; missing before the first. */
  readonly lastWroteAt?: number;
  /** The oldest message of the User that no agent has answered yet. */
  readonly waitingSince?: number;
  readonly userMessages: number;
  readonly agentMessages: number;
  /** We have asked, or are about to ask, Parley for this change of owner: its callback is then no news. */
  readonly handingBackTo?: ServiceId;
  readonly handingBackSince?: number;
  readonly ending?: Ending;
  /** `ts` up to which the thread was read back and nothing was missing; its root's if it never was. */
  readonly readUntil?: string;
}

export function openConversation(
  given: Pick<Conversation, "id" | "userId" | "user" | "openedAt"> &
    Partial<Pick<Conversation, "metadata" | "transcript" | "ownerUnverified" | "previous">>,
): Conversation {
  return {
    ...given,
    state: "open",
    waitingSince: given.openedAt,
    userMessages: 0,
    agentMessages: 0,
  };
}

/** Adds what a further handover tells; returns the same object if it tells nothing new. */
export function withHandover(
  conversation: Conversation,
  told: {
    readonly user?: UserDetails;
    readonly metadata?: Json | undefined;
    readonly transcript?: readonly TranscriptLine[] | undefined;
  },
): Conversation {
  const next: Conversation = {
    ...conversation,
    user: { ...conversation.user, ...told.user },
    ...(told.metadata !== undefined && { metadata: told.metadata }),
    ...(told.transcript !== undefined && { transcript: told.transcript }),
  };
  return sameHandover(conversation, next) ? conversation : next;
}

/** Whether two conversations were told the same by their handovers. */
export function sameHandover(
  a: Pick<Conversation, "user" | "metadata" | "transcript">,
  b: Pick<Conversation, "user" | "metadata" | "transcript">,
): boolean {
  const told = ({ user, metadata, transcript }: typeof a) =>
    JSON.stringify([user, metadata ?? null, transcript ?? null]);
  return told(a) === told(b);
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

export function withAgentMessage(conversation: Conversation): Conversation {
  const { waitingSince: _, ...answered } = conversation;
  return { ...answered, agentMessages: conversation.agentMessages + 1 };
}

export const withHandingBack = (
  conversation: Conversation,
  to: ServiceId,
  at: number,
): Conversation => ({ ...conversation, handingBackTo: to, handingBackSince: at });

export function withoutHandingBack(conversation: Conversation): Conversation {
  const { handingBackTo: _, handingBackSince: __, ...rest } = conversation;
  return rest;
}

/** Ends an open conversation; one that has ended already stays as it ended. */
export function end(conversation: Conversation, state: EndState, ending: Ending): Conversation {
  if (conversation.state !== "open") return conversation;
  const { waitingSince: _, ...rest } = withoutHandingBack(conversation);
  return { ...rest, state, ending };
}
