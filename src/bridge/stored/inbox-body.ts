import { z } from "zod";
import type { TranscriptLine } from "../../convert/to-slack/parley-message.ts";
import type { ConversationId, Thread, UserId } from "../../ids.ts";
import type { Json } from "../../json.ts";
import type { UserDetails } from "../../views/root-user.ts";
import { transcriptLineSchema, userDetailsSchema } from "./conversation-schema.ts";
import {
  conversationId,
  json,
  kinds,
  list,
  optional,
  text,
  thread,
  time,
  userId,
} from "./fields.ts";
import { type Notice, noticeSchema } from "./notice.ts";

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

export const inboxBodySchema = kinds<InboxBody>({
  callback: { raw: text, receivedAt: time },
  handover: {
    userId,
    user: optional(userDetailsSchema),
    metadata: optional(json),
    transcript: optional(list(transcriptLineSchema)),
    receivedAt: time,
  },
  notice: { notice: noticeSchema },
  root: { conversation: conversationId },
  "thread-gone": { thread, stands: z.boolean() },
});
