import type { TranscriptLine } from "../convert/to-slack/parley-message.ts";
import type { ConversationId, ServiceId, Thread, UserId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { UserDetails } from "./root-user.ts";

/** Who ended a conversation: an agent of ours, another Service, or a merge. */
export type EndState = "handed-back" | "taken-away" | "merged";

/** The Service that a User went to. */
export interface Destination {
  readonly id: ServiceId;
  readonly name: string;
}

/** How a conversation ended. */
export interface Ending {
  /** ms since the epoch. */
  readonly at: number;
  /** The new owner; missing if the User was merged into another one. */
  readonly to?: Destination;
  /** The thread in which the merged User goes on. */
  readonly into?: Thread;
  /** Slack id; missing: it happened outside of Slack. */
  readonly by?: string;
  /** What the agent wrote for the next Service when handing the User back. */
  readonly note?: string;
}

/** The reason of a handover that came while the User was with us already. */
export interface FurtherReason {
  readonly reason: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** What is known of a conversation, and shown by the root of its thread. Stored. Times are ms since the epoch. */
export interface RootFacts {
  readonly id: ConversationId;
  readonly userId: UserId;
  readonly user: UserDetails;
  readonly state: "open" | EndState;
  readonly openedAt: number;
  /** The metadata of all its handovers, joined field by field; the reason in it is that of the first. */
  readonly metadata?: Json;
  /** The reasons of further handovers, oldest first; no more than a handful. */
  readonly furtherReasons?: readonly FurtherReason[];
  readonly transcript?: readonly TranscriptLine[];
  /** Parley did not say whether we own the User when this was opened. */
  readonly ownerUnverified?: true;
  readonly ending?: Ending;
}

/** Addresses of other threads that have to do with a conversation. */
export interface RootLinks {
  /** Where it was before its thread went. */
  lost?: string;
  /** The User's thread before this one. */
  previous?: string;
  /** The User's thread after this one. */
  next?: string;
  /** The thread in which a merged User goes on. */
  into?: string;
}
