import { z } from "zod";
import { HAND_BACK_REASONS, type HandBackReason } from "../../config/desk-rules.ts";
import type { ConversationId, ServiceId, Thread } from "../../ids.ts";
import type { Clock } from "../clock.ts";
import type { LeaseName } from "../handovers/lease.ts";
import { type AgentReply, agentReplySchema } from "./agent-reply.ts";
import { clockSchema } from "./conversation-schema.ts";
import {
  conversationId,
  count,
  flag,
  handoverId,
  kinds,
  list,
  optional,
  order,
  serviceId,
  text,
  thread,
  time,
} from "./fields.ts";

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
      /** The `ts` from which on it is for the User; missing: its own. Until its writer changed it, it was none. */
      readonly meantSince?: string;
      /** It was refused because another Service has the User, and is sent only if an agent takes the User over for it. */
      readonly takeOver?: TakeOver;
      /** It was held back because a colleague answers the User, and goes if its writer says so. */
      readonly anyway?: true;
    }
  | { readonly kind: "hand-back"; readonly request: HandBackRequest }
  | TellUserBody;

/** What the bridge tells a User by itself, unless another clock runs by then: one of the texts, by its name. */
export interface TellUserBody {
  readonly kind: "tell-user";
  readonly conversation: ConversationId;
  readonly text: string;
  /** Missing: whatever the clock says. */
  readonly clock?: Clock;
  /** Its time on the clock, ms; missing: it is never too late for it. */
  readonly step?: number;
}

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

/** The wish of an agent, or of the desk itself, to give a User to a Service. */
export interface HandBackRequest {
  /** Where it was asked for; missing: the desk wants it for this conversation, wherever it is shown. */
  readonly thread?: Thread;
  readonly conversation?: ConversationId;
  /** Slack id of who asked for it; missing: the desk does it by itself. */
  readonly agent?: string;
  readonly to: ServiceId;
  /** Missing: `handed_back`. */
  readonly reason?: HandBackReason;
  /** One of the team's outcomes. */
  readonly outcome?: string;
  readonly tags?: readonly string[];
  /** When the team is there again, ms. */
  readonly opensAt?: number;
  /** It is done only if this very clock still runs for the conversation. */
  readonly onlyIfClock?: Clock;
  /** It is done only while nobody has answered since this very lease began. */
  readonly onlyIfLease?: LeaseName;
  /** For that Service alone; the User does not see it. */
  readonly note?: string;
  /** For that Service, which may show it to the User. */
  readonly messageForUser?: string;
  /** For the User, sent before, in the name of the agent. */
  readonly lastMessage?: string;
}

const takeOver = order<TakeOver>({
  round: optional(count),
  by: optional(text),
  since: optional(time),
  from: optional(serviceId),
  taken: optional(flag),
});

const leaseName = order<LeaseName>({ handover: handoverId, since: time });

const handBackRequest = order<HandBackRequest>({
  thread: optional(thread),
  conversation: optional(conversationId),
  agent: optional(text),
  to: serviceId,
  reason: optional(z.enum(HAND_BACK_REASONS)),
  outcome: optional(text),
  tags: optional(list(text)),
  opensAt: optional(time),
  onlyIfClock: optional(clockSchema),
  onlyIfLease: optional(leaseName),
  note: optional(text),
  messageForUser: optional(text),
  lastMessage: optional(text),
});

export const outboxBodySchema = kinds<OutboxBody>({
  reply: {
    reply: agentReplySchema,
    settled: optional(list(text)),
    texts: optional(list(text)),
    wordsOnly: optional(flag),
    meantSince: optional(text),
    takeOver: optional(takeOver),
    anyway: optional(flag),
  },
  "hand-back": { request: handBackRequest },
  "tell-user": {
    conversation: conversationId,
    text,
    clock: optional(clockSchema),
    step: optional(time),
  },
});
