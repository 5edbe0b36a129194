import { z } from "zod";
import type { StepKind } from "../../delivery/step.ts";
import type { ServiceId, Thread } from "../../ids.ts";
import type { HandoverNews } from "../../views/further-handover.ts";
import type { BotEvent } from "../bot-events/bot-event.ts";
import type { PostTag } from "../ports.ts";
import { seenChannelSchema } from "./channel-note.ts";
import {
  conversationId,
  count,
  itemId,
  json,
  list,
  optional,
  record,
  serviceId,
  text,
  thread,
  time,
} from "./fields.ts";
import { readStored } from "./read-stored.ts";

/** A post that is about to go out; nothing of it was in Slack before `since` (ms). */
export interface PostIntent {
  readonly tag: PostTag;
  readonly since: number;
  /**
   * Where it goes, because its User may have another thread by the time that it is looked for. Missing: it opens a thread,
   * or 0.1.0 has stored this.
   */
  readonly thread?: Thread;
  /** Where it opens a thread. Missing: it opens none, or a version that knew only one channel has stored this. */
  readonly channel?: string;
}

/** A file that the other side has, and that nobody sees yet. */
export interface UploadedFile {
  readonly id: string;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
}

/** A kind with the schemas that read it. */
interface StoredKind<Intent, Result> extends StepKind<Intent, Result> {
  readonly intent: z.ZodType<Intent>;
  readonly result: z.ZodType<Result>;
}

const kind = <Intent, Result>(
  intent: z.ZodType<Intent>,
  result: z.ZodType<Result>,
): StoredKind<Intent, Result> => ({
  intent,
  result,
  readIntent: (stored) => readStored(intent, stored, "the intent of a step"),
  readResult: (stored) => readStored(result, stored, "the result of a step"),
});

const nothing = z.null();

const postTagSchema: z.ZodType<PostTag> = z.union([
  record<Extract<PostTag, { kind: "root" }>>({
    kind: z.literal("root"),
    conversation: conversationId,
    opening: count,
  }),
  record<Extract<PostTag, { kind: "details" }>>({
    kind: z.literal("details"),
    conversation: conversationId,
    opening: count,
  }),
  record<Extract<PostTag, { kind: "message" }>>({
    kind: z.literal("message"),
    items: list(itemId),
    part: count,
    of: optional(z.enum(["user", "agent"])),
    by: optional(text),
  }),
]);

const uploadedFile = record<UploadedFile>({ id: text, name: text, size: count });

const postIntent = record<PostIntent>({
  tag: postTagSchema,
  since: time,
  thread: optional(thread),
  channel: optional(text),
});

/** A post in a thread. */
export const POST = kind(postIntent, nothing);
/** The post that opens a thread. */
export const ROOT = kind<PostIntent, Thread>(postIntent, thread);
/** A post in a thread whose `ts` is needed later. */
export const POSTED = kind(postIntent, text);
/** A file, by Slack's id, that is shared in a thread. */
export const SHARE = kind(record<{ readonly file: string }>({ file: text }), nothing);
/** A request that leaves nothing behind that we could look for. */
export const REQUEST = kind(nothing, nothing);
/** Something that is done, and no more is to be said of it. */
export const DONE = kind(nothing, nothing);
export const UPLOAD = kind(nothing, uploadedFile);
/** The pieces of a text, as they were cut before the first one went. Other settings or names would cut it differently. */
export const TEXTS = kind(nothing, list(text));
/** What a further handover brought that was not known before it. */
export const NEWS = kind(
  nothing,
  record<HandoverNews>({ reason: z.nullable(text), hasDetails: z.boolean(), lines: count }),
);
/** A moment, ms: since the epoch, or of the time for which an item had been tried. */
export const MOMENT = kind(nothing, time);
/** How a channel was when it was looked at. */
export const SEEN = kind(nothing, seenChannelSchema);
/** What the bot is told: once it is made it stays as it is. */
export const BOT_EVENT = kind(nothing, json as unknown as z.ZodType<BotEvent>);
/** The Slack id of somebody. */
export const PERSON = kind(nothing, text);
export const SERVICE = kind<null, ServiceId>(nothing, serviceId);
