import { readSlackContent } from "../../convert/to-parley/read-slack-content.ts";
import { filesIn } from "../../convert/to-parley/slack-content.ts";
import {
  parseSlackFile,
  type SharedFile,
  whyNotShown,
} from "../../convert/to-parley/slack-file.ts";
import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import { knownPieces } from "../pieces.ts";
import type { OutboxBody, ReplyBody } from "../stored/outbox-body.ts";

/** What one message of an agent becomes: its text, then each of its files. Keys are stored. */
export type Part = { key: string; text: string } | FilePart;

export interface FilePart {
  key: string;
  file: SharedFile;
}

/** The key of the first piece of a text. */
export const FIRST_TEXT = "text";

/** A file that Parley's clients cannot show. */
export const isRefused = (part: Part): part is FilePart =>
  "file" in part && whyNotShown(part.file) !== undefined;

/** The step that sends a part. */
export const stepOf = ({ key }: Pick<Part, "key">): string => `${PART}${key}`;

const PART = "part ";

/** What is left of a reply: it lists as settled what the User has, or may have. */
export function leftOf(work: Work<OutboxBody>, body: ReplyBody): ReplyBody {
  const begun = work.names().filter((name) => name.startsWith(PART));
  const settled = [...(body.settled ?? []), ...begun.map((name) => name.slice(PART.length))];
  return { ...body, settled, ...defined({ texts: knownPieces(work) }) };
}

export function partsOf({ reply, wordsOnly }: ReplyBody, texts: readonly string[]): Part[] {
  const shared = wordsOnly ? [] : [...(reply.files ?? []), ...filesIn(readSlackContent(reply))];
  const parsed = shared.flatMap((value) => parseSlackFile(value) ?? []);
  const files = parsed.filter(
    ({ id }, index) => parsed.findIndex((file) => file.id === id) === index,
  );
  return [
    ...texts.map((text, index) => ({ key: index === 0 ? FIRST_TEXT : `text ${index}`, text })),
    ...files.map((file) => ({ key: file.id, file })),
  ];
}
