import type { ParleyMessage, TranscriptLine } from "../convert/to-slack/parley-message.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { ConversationId, ItemId, ServiceId, Thread, UserId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { UserDetails } from "../views/root-user.ts";

interface AboutUser {
  readonly userId: UserId;
  readonly user: UserDetails;
}

/** What a callback of Parley means, whatever its shape. */
export type ParleyEvent =
  | (AboutUser & { readonly kind: "message"; readonly message: ParleyMessage })
  | (AboutUser & {
      readonly kind: "handover";
      readonly metadata?: Json;
      readonly transcript?: readonly TranscriptLine[];
    })
  /** Another Service owns the User from now on. */
  | (AboutUser & { readonly kind: "owner-changed"; readonly newOwner: ServiceId })
  | (AboutUser & { readonly kind: "typing"; readonly active: boolean })
  /** The User `from` was merged into `userId`. */
  | (AboutUser & { readonly kind: "merged"; readonly from: UserId })
  /** Authentic, kept, but not understood. */
  | { readonly kind: "unknown"; readonly shape: string };

export type EventOf<Kind extends ParleyEvent["kind"]> = ParleyEvent & { readonly kind: Kind };

/** What an agent wrote in one of our threads. */
export interface AgentReply {
  readonly thread: Thread;
  readonly ts: string;
  /** Slack id of the writer. */
  readonly agent: string;
  /** The workspace of the writer, if it is not ours. */
  readonly foreignTeam?: string;
  readonly text: string;
  /** Slack's blocks, unchanged. */
  readonly blocks?: readonly Json[];
  /** Slack's attachments, unchanged: forwarded messages, tables, and previews of links. */
  readonly attachments?: readonly Json[];
  readonly files?: readonly Json[];
}

/** The body of an inbox item: something to show in Slack. */
export type InboxBody =
  | { readonly kind: "callback"; readonly raw: string; readonly receivedAt: number }
  | {
      readonly kind: "handover";
      readonly userId: UserId;
      readonly user?: UserDetails;
      readonly metadata?: Json;
      readonly transcript?: readonly TranscriptLine[];
      readonly receivedAt: number;
    }
  | { readonly kind: "notice"; readonly notice: Notice }
  | { readonly kind: "root"; readonly conversation: ConversationId }
  /** A thread has lost its root. `stands`: its replies are still in Slack. */
  | { readonly kind: "thread-gone"; readonly thread: Thread; readonly stands: boolean };

/** The body of an outbox item: something to send to Parley. */
export type OutboxBody =
  | {
      readonly kind: "reply";
      readonly reply: AgentReply;
      /** The parts of it that are settled: sent, refused for good, or given up. */
      readonly settled?: readonly string[];
      /** The pieces of its text, as they were cut when the first was sent. Other settings or names would cut it differently. */
      readonly texts?: readonly string[];
      /** Only its text is to be sent: the User has its files, or its writer was told why not. */
      readonly wordsOnly?: true;
      /** It was refused because another Service has the User, and is sent only if an agent takes the User over for it. */
      readonly takeOver?: TakeOver;
    }
  | { readonly kind: "hand-back"; readonly request: HandBackRequest };

export type ReplyBody = OutboxBody & { readonly kind: "reply" };

/** The state of taking a User over for a refused reply. */
export interface TakeOver {
  /** How often the reply has been kept, from 1; missing in items of an earlier version. */
  readonly round?: number;
  /** Slack id of the agent who wants it; missing: nobody yet. */
  readonly by?: string;
  /** When we first asked Parley for the User, ms. A conversation that opened later comes from this takeover. */
  readonly since?: number;
  /** Who had the User then. */
  readonly from?: ServiceId;
  /** Parley gave us the User. */
  readonly taken?: true;
}

export interface HandBackRequest {
  readonly thread: Thread;
  /** Slack id of who asked for it. */
  readonly agent: string;
  readonly to: ServiceId;
  readonly note?: string;
  readonly lastMessage?: string;
}

/** Something that people in a thread should know. */
export interface Notice {
  readonly thread: Thread;
  /** Missing: the notice is only a mark. */
  readonly message?: SlackMessage;
  /** Slack id of the only agent who sees it, if they are online. Missing: everyone in the thread sees it. */
  readonly onlyFor?: string;
  /** The mark to set on an agent's message. */
  readonly mark?: { readonly ts: string; readonly as: "failed" | "uncertain" | "note" };
  /**
   * The reply about which the notice asks for a decision. Once that is taken the notice is out of date. `since`: when the
   * reply was appended (ms), for a reply that may be appended again.
   */
  readonly about?: { readonly reply: ItemId; readonly since?: number };
  /**
   * What to do if nobody knows whether the agent was told: `nothing`, because the same is said elsewhere or does not matter,
   * or a mark instead. Missing: everyone in the thread is told.
   */
  readonly ifUnclear?: "nothing" | { readonly ts: string; readonly as: "note" };
}
