import { z } from "zod";
import type { StepRecord, StepRecords } from "../../delivery/step.ts";
import type { Json } from "../../json.ts";
import type { PostTag } from "../ports.ts";
import {
  conversationId,
  count,
  flag,
  itemId,
  json,
  list,
  optional,
  record,
  text,
  time,
} from "./fields.ts";
import { readStored } from "./read-stored.ts";

/** How far an inbox item had come: `done` are the steps that are surely in Slack, `posting` is the one that may be. */
interface PostProgress {
  readonly done: readonly string[];
  readonly posting?: { readonly step: string; readonly mark: PostTag; readonly since: number };
  readonly notes?: Readonly<Record<string, Json>>;
  readonly noted?: { readonly step: string; readonly facts: Json };
}

/** How far a reply had come, besides the parts that its body lists as settled. */
interface ReplyProgress {
  readonly underWay?: string;
  readonly undecided?: readonly string[];
  readonly uploaded?: { readonly part: string; readonly id: string };
  readonly waits?: number;
}

/** How far the last message of a hand-back had come. */
interface LastMessageProgress {
  readonly lastMessage?: "sending" | "sent";
  readonly parts?: number;
  readonly texts?: readonly string[];
}

const markSchema: z.ZodType<PostTag> = z.union([
  record<Extract<PostTag, { kind: "root" }>>({
    kind: z.literal("root"),
    conversation: conversationId,
    opening: count,
  }),
  record<Omit<Extract<PostTag, { kind: "message" }>, "of" | "by">>({
    kind: z.literal("message"),
    items: list(itemId),
    part: count,
  }),
]);

export const postProgressSchema = record<PostProgress>({
  done: list(text),
  posting: optional(
    record<NonNullable<PostProgress["posting"]>>({ step: text, mark: markSchema, since: time }),
  ),
  notes: optional(z.record(text, json)),
  noted: optional(record<NonNullable<PostProgress["noted"]>>({ step: text, facts: json })),
});

export const replyProgressSchema = record<ReplyProgress>({
  // Before there were files it said only that there is a request.
  underWay: optional(z.union([text, flag.transform(() => "text")])),
  undecided: optional(list(text)),
  uploaded: optional(record<NonNullable<ReplyProgress["uploaded"]>>({ part: text, id: text })),
  waits: optional(count),
});

export const lastMessageProgressSchema = record<LastMessageProgress>({
  lastMessage: optional(z.enum(["sending", "sent"])),
  parts: optional(count),
  texts: optional(list(text)),
});

/** What was noted of a file; `failures` counted what is a time now. */
interface FileFacts {
  readonly file?: string;
  readonly size?: number;
  readonly failures: number;
}

export const fileFactsSchema = record<FileFacts>({
  file: optional(text),
  size: optional(count),
  failures: count,
});

/** Noted before an agent was told something, and taken back if that surely failed. */
export const tellingSchema = z.boolean();

/** What it was about to do is not known any more. */
const DONE: StepRecord = { result: null };
/** Nobody can look; and 0.1.0 forgot it when the item was requeued. */
const BEGUN: StepRecord = { intent: null, life: 0 };

/** Version 0.1.0 had three formats, and no steps. */
export const isProgressOf010 = (progress: unknown): boolean =>
  typeof progress === "object" && progress !== null && !("steps" in progress);

/** @throws {UnreadableError} */
export function stepsOf010(progress: unknown): StepRecords {
  const what = "the progress of an item";
  if (has(progress, "done")) return postSteps(readStored(postProgressSchema, progress, what));
  if (has(progress, "lastMessage") || has(progress, "parts") || has(progress, "texts")) {
    return lastMessageSteps(readStored(lastMessageProgressSchema, progress, what));
  }
  return replySteps(readStored(replyProgressSchema, progress, what));
}

const has = (value: unknown, field: string): boolean =>
  typeof value === "object" && value !== null && field in value;

function postSteps({ done, posting, notes, noted }: PostProgress): StepRecords {
  const steps: Record<string, StepRecord> = {};
  const known = { ...notes, ...(noted && { [noted.step]: noted.facts }) };
  for (const [name, facts] of Object.entries(known)) Object.assign(steps, noteSteps(name, facts));
  // That a root was posted is known of its conversation too, with the thread.
  for (const name of done) if (name !== "root") steps[name] = DONE;
  if (posting) {
    const { step, mark: tag, since } = posting;
    const name = tag.kind === "root" ? `root ${tag.opening}` : step;
    steps[name] = { intent: { tag, since } };
  }
  return steps;
}

/** The notes of steps that are more than a post: news, whether an agent is being told, and what is known of a file. */
function noteSteps(name: string, facts: Json): StepRecords {
  if (name === "news") return { news: { result: facts } };
  if (name === "telling") {
    return readStored(tellingSchema, facts, "whether an agent was told") ? { tell: BEGUN } : {};
  }
  const { file } = readStored(fileFactsSchema, facts, "what is known of a file");
  return file === undefined ? {} : { [`file ${name}`]: { intent: { file } } };
}

/** A file that Parley has and no message shows is uploaded again: that harms nobody. */
function replySteps({ underWay, undecided = [] }: ReplyProgress): StepRecords {
  const begun = underWay === undefined ? undecided : [...undecided, underWay];
  return Object.fromEntries(begun.map((part) => [`part ${part}`, BEGUN]));
}

function lastMessageSteps({ lastMessage, parts = 0, texts }: LastMessageProgress): StepRecords {
  // Of one that was sent it says only that.
  const count = lastMessage === "sent" ? 1 : parts;
  const sent = Array.from({ length: count }, (_, index) => [`part ${index}`, DONE] as const);
  return {
    ...Object.fromEntries(sent),
    ...(texts && { texts: { result: texts } }),
    ...(lastMessage === "sending" && { [`part ${parts}`]: BEGUN }),
    ...(lastMessage === "sent" && { "last message": DONE }),
  };
}
