import { z } from "zod";
import { REMINDED } from "../../config/desk-rules.ts";
import type { TranscriptLine } from "../../convert/to-slack/parley-message.ts";
import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import type { ConversationId, HandoverId, Thread, UserId } from "../../ids.ts";
import type { Json } from "../../json.ts";
import type { UserDetails } from "../../views/root-user.ts";
import type { Clock } from "../clock.ts";
import type { ChannelTrouble } from "../ports.ts";
import { clockSchema, transcriptLineSchema, userDetailsSchema } from "./conversation-schema.ts";
import {
  conversationId,
  count,
  handoverId,
  json,
  kinds,
  list,
  optional,
  order,
  text,
  thread,
  time,
  userId,
} from "./fields.ts";
import { type Notice, noticeSchema, slackMessageSchema } from "./notice.ts";

/** The body of an inbox item: something to show in Slack. */
export type InboxBody =
  | { readonly kind: "callback"; readonly raw: string; readonly receivedAt: number }
  | {
      readonly kind: "handover";
      /** Missing: a version that gave them no ids has stored it. */
      readonly handover?: HandoverId;
      readonly userId: UserId;
      readonly user?: UserDetails;
      readonly metadata?: Json;
      readonly transcript?: readonly TranscriptLine[];
      readonly expiresInSeconds?: number;
      readonly receivedAt: number;
    }
  | { readonly kind: "notice"; readonly notice: Notice }
  | { readonly kind: "root"; readonly conversation: ConversationId }
  | { readonly kind: "move"; readonly request: MoveRequest }
  | { readonly kind: "answer"; readonly request: AnswerRequest }
  | { readonly kind: "claim"; readonly request: ClaimRequest }
  /** A conversation of this team, by its name, is to be given to the agent whose turn it is. */
  | { readonly kind: "turn"; readonly conversation: ConversationId; readonly team: string }
  /** A thread has lost its root. `stands`: its replies are still in Slack. */
  | { readonly kind: "thread-gone"; readonly thread: Thread; readonly stands: boolean }
  /** A channel of a team is to be looked at. `hint`: what the one says that has noticed something. */
  | { readonly kind: "channel"; readonly channel: string; readonly hint?: ChannelHint }
  /** The User waits; whoever can answer is reminded. */
  | ({
      readonly kind: "remind";
      readonly whom: (typeof REMINDED)[number];
      /** Its time on the clock, ms; missing: it is never too late for it. */
      readonly step?: number;
    } & WhileClock)
  /** `from` (Slack id) has claimed it and does not answer, and so loses it at the moment `at` (ms). */
  | ({ readonly kind: "release"; readonly from: string; readonly at: number } & WhileClock)
  | DirectBody;

/** What is left out unless this very clock still runs for the conversation. */
interface WhileClock {
  readonly conversation: ConversationId;
  readonly clock: Clock;
}

/** What an event says of a channel. */
export type ChannelHint = Exclude<ChannelTrouble, "unseen"> | "fine";

/** What one person is to be told directly: Slack's id of them. */
export interface DirectBody {
  readonly kind: "direct";
  readonly to: string;
  readonly message: SlackMessage;
}

/** An agent's wish to give a conversation to another team. */
export interface MoveRequest {
  readonly conversation: ConversationId;
  /** The thread that it had when this was asked for. Somebody else may be faster. */
  readonly from: Thread;
  /** The name of the team. */
  readonly to: string;
  /** Slack id of who asked for it. */
  readonly agent: string;
  /** For the colleagues there; the User does not see it. */
  readonly note?: string;
}

/** Somebody's wish that a conversation is answered by somebody, or by nobody any more. */
export interface ClaimRequest {
  readonly conversation: ConversationId;
  /** The name of the team that had it when this was asked for. */
  readonly team: string;
  /** Slack id of who asked for it; missing: the desk itself. */
  readonly by?: string;
  /** Slack id of who is to have it; missing: nobody. */
  readonly to?: string;
  /** Slack id of who had it when this was asked for; missing: nobody. Somebody else may be faster. */
  readonly expects?: string;
  /** The moment of it by Slack's clock, where Slack told it; like the `ts` of a message. */
  readonly ts?: string;
  /** For whoever gets it; the User does not see it. */
  readonly note?: string;
}

const claimRequest = order<ClaimRequest>({
  conversation: conversationId,
  team: text,
  by: optional(text),
  to: optional(text),
  expects: optional(text),
  ts: optional(text),
  note: optional(text),
});

/** What an agent sends to a User with a form. */
export interface AnswerRequest {
  readonly conversation: ConversationId;
  /** The thread that it had then. */
  readonly thread: Thread;
  /** Slack id. */
  readonly agent: string;
  /** Markdown. */
  readonly text: string;
}

const answerRequest = order<AnswerRequest>({
  conversation: conversationId,
  thread,
  agent: text,
  text,
});

const moveRequest = order<MoveRequest>({
  conversation: conversationId,
  from: thread,
  to: text,
  agent: text,
  note: optional(text),
});

export const inboxBodySchema = kinds<InboxBody>({
  callback: { raw: text, receivedAt: time },
  handover: {
    handover: optional(handoverId),
    userId,
    user: optional(userDetailsSchema),
    metadata: optional(json),
    transcript: optional(list(transcriptLineSchema)),
    expiresInSeconds: optional(count),
    receivedAt: time,
  },
  notice: { notice: noticeSchema },
  root: { conversation: conversationId },
  move: { request: moveRequest },
  answer: { request: answerRequest },
  claim: { request: claimRequest },
  turn: { conversation: conversationId, team: text },
  "thread-gone": { thread, stands: z.boolean() },
  channel: {
    channel: text,
    hint: optional(z.enum(["archived", "deleted", "removed", "shared", "fine"])),
  },
  remind: {
    conversation: conversationId,
    clock: clockSchema,
    whom: z.enum(REMINDED),
    step: optional(time),
  },
  release: { conversation: conversationId, clock: clockSchema, from: text, at: time },
  direct: { to: text, message: slackMessageSchema },
});
