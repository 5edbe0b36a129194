import { z } from "zod";
import type { HandoverNews } from "../../views/further-handover.ts";
import type { LastMessageProgress } from "../ownership/hand-back.ts";
import type { PostTag } from "../ports.ts";
import type { ReplyProgress } from "../to-parley/send-reply.ts";
import type { PostProgress, UncertainPost } from "../to-slack/post-once.ts";
import type { FileFacts } from "../to-slack/share-file.ts";
import {
  conversationId,
  count,
  flag,
  itemId,
  json,
  kinds,
  list,
  optional,
  record,
  text,
  time,
} from "./fields.ts";

const postTag = kinds<PostTag>({
  root: { conversation: conversationId, opening: count },
  message: { items: list(itemId), part: count },
});

const posting = record<UncertainPost>({ step: text, mark: postTag, since: time });

/** How far an inbox item has come. */
export const postProgressSchema = record<PostProgress>({
  done: list(text),
  posting: optional(posting),
  notes: optional(z.record(text, json)),
  noted: optional(record<NonNullable<PostProgress["noted"]>>({ step: text, facts: json })),
});

/** The notes of steps that are more than a post. */
export const fileFactsSchema = record<FileFacts>({
  file: optional(text),
  size: optional(count),
  failures: count,
});

export const handoverNewsSchema = record<HandoverNews>({
  reason: z.nullable(text),
  hasDetails: z.boolean(),
  lines: count,
});

/** How far a reply has come. */
export const replyProgressSchema = record<ReplyProgress>({
  // Before there were files it said only that there is a request.
  underWay: optional(z.union([text, flag.transform(() => "text")])),
  undecided: optional(list(text)),
  uploaded: optional(record<NonNullable<ReplyProgress["uploaded"]>>({ part: text, id: text })),
  waits: optional(count),
});

/** How far the last message of a hand-back has come. */
export const lastMessageProgressSchema = record<LastMessageProgress>({
  lastMessage: optional(z.enum(["sending", "sent"])),
  parts: optional(count),
  texts: optional(list(text)),
});
