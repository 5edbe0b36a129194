import type {
  ParleyMessage,
  TranscriptLine,
  UserDetails,
} from "../convert/to-slack/parley-message.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { ConversationId, ItemId, ServiceId, Thread, UserId } from "../ids.ts";
import type { Json } from "../json.ts";

interface AboutUser {
  readonly userId: UserId;
  readonly user: UserDetails;
}

/** A callback of Parley, understood. Two shapes of the same thing give the same event. */
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
  /** The User `from` lives on as `userId`. */
  | (AboutUser & { readonly kind: "merged"; readonly from: UserId })
  /** Authentic, kept, but not understood. */
  | { readonly kind: "unknown"; readonly shape: string };

/** What an agent wrote in one of our threads. */
export interface AgentReply {
  readonly thread: Thread;
  readonly ts: string;
  /** Slack id of the writer. */
  readonly agent: string;
  /** The workspace that it came from, where that is not ours. */
  readonly foreignTeam?: string;
  readonly text: string;
  /** Slack's blocks as they came; only Slack's own client makes `rich_text` of what people write. */
  readonly blocks?: readonly Json[];
  /** What was forwarded or pasted, and previews of links, as they came. */
  readonly attachments?: readonly Json[];
  readonly files?: readonly Json[];
}

/** What waits in an inbox lane: things that go to Slack. */
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
  /** A thread has lost its root. `stands`: its replies are still there. */
  | { readonly kind: "thread-gone"; readonly thread: Thread; readonly stands: boolean };

/** What waits in an outbox lane: things that go to Parley. */
export type OutboxBody =
  | {
      readonly kind: "reply";
      readonly reply: AgentReply;
      /** The parts of it that need not go any more. */
      readonly settled?: readonly string[];
      /** Its text as it was cut when the first piece went: cut anew, by other settings or names, pieces would go astray. */
      readonly texts?: readonly string[];
      /** The User has its files, or its writer was told why not. */
      readonly wordsOnly?: true;
      /** It was refused because another Service has the User: it goes only if an agent takes the User over for it. */
      readonly takeOver?: TakeOver;
    }
  | { readonly kind: "hand-back"; readonly request: HandBackRequest };

export type ReplyBody = OutboxBody & { readonly kind: "reply" };

/** How far taking a User over for a reply has come. */
export interface TakeOver {
  /** How often the reply has been kept, from 1; missing in what an earlier version kept. */
  readonly round?: number;
  /** Slack id of who said so; missing: nobody yet. */
  readonly by?: string;
  /** When we began to ask Parley, ms: a conversation that opened later is the one it is about. */
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
  /** Missing: there is only a mark. */
  readonly message?: SlackMessage;
  /** Slack id: only this agent sees it, and only while they are there. Missing: everyone in the thread. */
  readonly onlyFor?: string;
  /** The reaction on an agent's message that goes with it. */
  readonly mark?: { readonly ts: string; readonly as: "failed" | "uncertain" | "note" };
  /**
   * The reply that waits for somebody's decision, without which the notice is out of date. `since`: when it was put in
   * line (ms), where it may be so again.
   */
  readonly about?: { readonly reply: ItemId; readonly since?: number };
  /**
   * What happens when nobody can tell whether the agent was told: `nothing`, because the same is said elsewhere or does
   * not matter; or a mark instead. Missing: everyone in the thread is told.
   */
  readonly ifUnclear?: "nothing" | { readonly ts: string; readonly as: "note" };
}
