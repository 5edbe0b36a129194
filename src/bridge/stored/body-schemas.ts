import { z } from "zod";
import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import type {
  AgentReply,
  HandBackRequest,
  InboxBody,
  Notice,
  OutboxBody,
  TakeOver,
} from "../events.ts";
import type { NoticeToAll, OwedNotice } from "../notify.ts";
import { transcriptLineSchema, userDetailsSchema } from "./conversation-schema.ts";
import {
  conversationId,
  count,
  flag,
  itemId,
  json,
  list,
  optional,
  record,
  serviceId,
  text,
  thread,
  time,
  userId,
} from "./fields.ts";

type Of<Body, Kind> = Extract<Body, { kind: Kind }>;

const slackMessage = record<SlackMessage>({
  text,
  blocks: optional(list(json)),
  author: optional(record<NonNullable<SlackMessage["author"]>>({ name: text, icon: text })),
});

const notice = {
  thread,
  message: optional(slackMessage),
  onlyFor: optional(text),
  mark: optional(
    record<NonNullable<Notice["mark"]>>({
      ts: text,
      as: z.enum(["failed", "uncertain", "note"]),
    }),
  ),
  about: optional(record<NonNullable<Notice["about"]>>({ reply: itemId, since: optional(time) })),
  ifUnclear: optional(
    z.union([
      z.literal("nothing"),
      record<Exclude<Notice["ifUnclear"], "nothing" | undefined>>({
        ts: text,
        as: z.literal("note"),
      }),
    ]),
  ),
};

/** What waits in an inbox lane. */
export const inboxBodySchema: z.ZodType<InboxBody> = z.union([
  record<Of<InboxBody, "callback">>({ kind: z.literal("callback"), raw: text, receivedAt: time }),
  record<Of<InboxBody, "handover">>({
    kind: z.literal("handover"),
    userId,
    user: optional(userDetailsSchema),
    metadata: optional(json),
    transcript: optional(list(transcriptLineSchema)),
    receivedAt: time,
  }),
  record<Of<InboxBody, "notice">>({ kind: z.literal("notice"), notice: record<Notice>(notice) }),
  record<Of<InboxBody, "root">>({ kind: z.literal("root"), conversation: conversationId }),
  record<Of<InboxBody, "thread-gone">>({
    kind: z.literal("thread-gone"),
    thread,
    stands: z.boolean(),
  }),
]);

const agentReply = record<AgentReply>({
  thread,
  ts: text,
  agent: text,
  foreignTeam: optional(text),
  text,
  blocks: optional(list(json)),
  attachments: optional(list(json)),
  files: optional(list(json)),
});

const takeOver = record<TakeOver>({
  round: optional(count),
  by: optional(text),
  since: optional(time),
  from: optional(serviceId),
  taken: optional(flag),
});

const handBackRequest = record<HandBackRequest>({
  thread,
  agent: text,
  to: serviceId,
  note: optional(text),
  lastMessage: optional(text),
});

/** What waits in an outbox lane. */
export const outboxBodySchema: z.ZodType<OutboxBody> = z.union([
  record<Of<OutboxBody, "reply">>({
    kind: z.literal("reply"),
    reply: agentReply,
    settled: optional(list(text)),
    texts: optional(list(text)),
    wordsOnly: optional(flag),
    takeOver: optional(takeOver),
  }),
  record<Of<OutboxBody, "hand-back">>({ kind: z.literal("hand-back"), request: handBackRequest }),
]);

/** What is owed about a dead letter, until it is told. */
export const owedNoticeSchema = record<OwedNotice>({
  userId: optional(userId),
  purpose: text,
  notice: record<NoticeToAll>({ ...notice, forAll: optional(slackMessage) }),
});
