import { shorten } from "../../convert/text/slack-text.ts";
import { type MessageWriting, toParley } from "../../convert/to-parley/agent-reply.ts";
import { mentionedIds } from "../../convert/to-parley/mentions.ts";
import type { ReplyMode } from "../../convert/to-parley/reply-intent.ts";
import type { JsonObject } from "../../json.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import type { People, ThreadPost, ThreadReader } from "../ports.ts";
import { fateOf, readThread } from "../read-thread.ts";

export interface TranscriptDependencies extends MessageWriting {
  reader: Pick<ThreadReader, "postsIn">;
  desk: Pick<Desk, "rulesOf">;
  people: People;
  replyMode: ReplyMode;
  now: () => number;
}

/** A hand-back waits no longer for it. */
const READ_WITHIN_MS = 5_000;
/** In UTF-16 units, of one message and of all. */
const TEXT_LIMIT = 5_000;
const TOTAL_LIMIT = 60_000;

/**
 * What the User and our agents said to each other, as far as the bot is to get it: nothing at all, or the newest messages of it,
 * oldest first. Notes are left out, and what did not reach the User for certain. Never fails, unless `stopped`.
 */
export async function transcriptFor(
  conversation: Conversation,
  stopped: AbortSignal,
  dependencies: TranscriptDependencies,
): Promise<JsonObject> {
  const most = dependencies.desk.rulesOf(conversation).transcript;
  const { thread, moved = [] } = conversation;
  if (most === 0 || !thread) return {};
  const threads = [
    ...moved.filter(({ inVain }) => !inVain).toReversed(),
    { thread, until: undefined },
  ];
  const said: ThreadPost[] = [];
  const { now } = dependencies;
  const end = now() + READ_WITHIN_MS;
  for (const part of threads) {
    const posts = await readThread(part.thread, end - now(), stopped, dependencies);
    if (!posts) return { transcript: [], transcriptState: "unread" };
    said.push(...posts.filter((post) => isKnownToUser(post, part.until, dependencies)));
  }
  const lines: JsonObject[] = [];
  let length = 0;
  for (const post of said.slice(-Math.min(most, said.length)).toReversed()) {
    const line = await toLine(post, dependencies);
    length += JSON.stringify(line).length;
    if (length > TOTAL_LIMIT) break;
    lines.unshift(line);
  }
  const isWhole = lines.length === said.length && conversation.lost === undefined;
  return { transcript: lines, transcriptState: isWhole ? "whole" : "end" };
}

const isKnownToUser = (
  post: ThreadPost,
  until: string | undefined,
  { replyMode }: TranscriptDependencies,
): boolean => fateOf(post, replyMode, until) === undefined;

async function toLine(
  { ts, writer, message, files }: ThreadPost,
  { people, mentions, lineBreak }: TranscriptDependencies,
): Promise<JsonObject> {
  const names = await people.namesOf(mentionedIds(message));
  const text = toParley(message, names, { mentions, ...(lineBreak && { lineBreak }) }).trim();
  const who =
    writer === "user"
      ? { from: "user" }
      : { from: "agent", name: (await people.identityOf(writer.agent)).name };
  return {
    ...who,
    text: shorten(text, TEXT_LIMIT),
    time: new Date(Math.floor(Number(ts) * 1000)).toISOString(),
    ...(files.length > 0 && { files: [...files] }),
  };
}
