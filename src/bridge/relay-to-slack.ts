import { mediaOf } from "../convert/describe-card.ts";
import { mergePosts, withMoment } from "../convert/merge-posts.ts";
import {
  isSystemMessage,
  type ParleyMedia,
  type ParleyMessage,
} from "../convert/parley-message.ts";
import type { SlackMessage } from "../convert/slack-message.ts";
import { splitAtFiles } from "../convert/split-at-files.ts";
import { toSlack, toSlackContext } from "../convert/to-slack.ts";
import { userAuthor } from "../convert/user-author.ts";
import type { Item, Work } from "../delivery/lanes.ts";
import type { Thread } from "../ids.ts";
import { type Conversation, withUserMessages } from "./conversation.ts";
import type { InboxBody, ParleyEvent } from "./events.ts";
import { ensureRoot, recordConversation } from "./open-thread.ts";
import { askOwnership } from "./owner.ts";
import type { Conversations, Parley, Threads } from "./ports.ts";
import { createPoster, type Poster } from "./poster.ts";
import { type ShareFileDependencies, shareFile } from "./share-file.ts";

export interface RelayToSlackDependencies extends Omit<ShareFileDependencies, "threads"> {
  readonly parley: Pick<Parley, "self" | "ownerOf">;
  readonly threads: Threads;
  readonly conversations: Conversations;
  /** Parley's raw callback, understood. */
  readonly parse: (raw: string) => ParleyEvent;
  /** Posts carry the User's name and a picture. */
  readonly showUserIdentity: boolean;
  /** How long a message waits for others to share its post, ms. */
  readonly groupMs: number;
  /** What to do with a User whose owner Parley does not tell. */
  readonly ownerUnknown: "deliver" | "ignore";
  readonly now: () => number;
}

type MessageEvent = ParleyEvent & { readonly kind: "message" };

/** Words of a User as one post, with the time (ms) at which they reached us. */
interface Words {
  readonly message: SlackMessage;
  readonly at: number;
}

/** A merged post stays readable, and far below Slack's limit of 50 blocks. */
const MAX_MERGED_ITEMS = 15;
/** Slack refuses a post with about 13,200 characters in its blocks, and the times between messages count too. */
const MAX_MERGED_CHARACTERS = 9_000;
/** After an outage people should not take old words for new ones. */
const LATE_AFTER_MS = 2 * 60_000;

/** What a User writes, into the thread; it opens one if the User is ours and has none. */
export async function relayToSlack(
  work: Work<InboxBody>,
  event: MessageEvent,
  receivedAt: number,
  dependencies: RelayToSlackDependencies,
): Promise<void> {
  const { threads, conversations, now } = dependencies;
  const { message } = event;
  // What the account sent is no news here; system messages are not the User's words and open no thread.
  if (message.typeId === 2) return;
  const isWords = !isSystemMessage(message);
  const conversation = await conversationOf(work, event, receivedAt, dependencies);
  if (!conversation) return;
  const poster = createPoster(work, threads, now);
  const thread = await ensureRoot(work, poster, threads, conversations, conversation);
  if (!isWords) return await postAll(work, poster, threads, thread, [toSlackContext(message)]);
  const author = dependencies.showUserIdentity ? { author: userAuthor(conversation) } : {};
  const pieces = toSlack(message).map((piece) => ({ ...piece, ...author }));
  const [only] = pieces;
  let count = 1;
  if (mediaOf(message).length > 0) {
    await postWithFiles(work, poster, thread, message, author, dependencies);
  } else if (only && pieces.length === 1) {
    const words = { message: only, at: receivedAt };
    count = await postWords(work, poster, thread, words, dependencies);
  } else {
    const [first = { text: "" }, ...others] = pieces;
    const dated = merge([{ message: first, at: receivedAt }], now());
    await postAll(work, poster, threads, thread, [dated, ...others]);
  }
  await conversations.update(conversation.id, (c) =>
    c.state === "open" ? withUserMessages(c, count, receivedAt) : c,
  );
}

/** The conversation that a message belongs to: the open one, the one whose end overtook the message, or a new one. */
async function conversationOf(
  work: Work<InboxBody>,
  { userId, user, message }: MessageEvent,
  receivedAt: number,
  { parley, conversations, ownerUnknown }: RelayToSlackDependencies,
): Promise<Conversation | undefined> {
  const newest = await conversations.byUser(userId);
  const wasOpenAt = (at: number) =>
    newest?.state === "open" || (newest?.ending !== undefined && at <= newest.ending.at);
  if (wasOpenAt(receivedAt)) return newest;
  if (isSystemMessage(message)) return undefined;
  const ownership = await askOwnership(parley, userId, work.item.attempt);
  // A callback that comes late still went to us alone. Parley tells the second; its end is what is certain.
  const writtenAt = message.time === undefined ? receivedAt : (message.time + 1) * 1000;
  if (ownership === "other") return wasOpenAt(writtenAt) ? newest : undefined;
  if (ownership === "unknown" && ownerUnknown === "ignore") return undefined;
  const ownerUnverified = ownership === "unknown" && { ownerUnverified: true as const };
  const given = { userId, user, openedAt: receivedAt, ...ownerUnverified };
  return await recordConversation(work, conversations, given, newest);
}

/** Posts messages one after the other, each in its own turn. */
export async function postAll(
  work: Work<InboxBody>,
  poster: Poster,
  threads: Threads,
  thread: Thread,
  messages: readonly SlackMessage[],
): Promise<void> {
  for (const [part, message] of messages.entries()) {
    const step = String(part);
    if (poster.isDone(step)) continue;
    await threads.turn(work.signal, thread);
    const mark = { kind: "message" as const, items: [work.item.id], part };
    await poster.post({ step, mark, message, thread });
  }
}

/** Posts words and shares files one after the other, in the order in which Parley's clients show them. */
async function postWithFiles(
  work: Work<InboxBody>,
  poster: Poster,
  thread: Thread,
  message: ParleyMessage,
  author: Pick<SlackMessage, "author">,
  dependencies: RelayToSlackDependencies,
): Promise<void> {
  type Next = { readonly media: ParleyMedia } | { readonly words: SlackMessage };
  const steps = splitAtFiles(message).flatMap((step): Next[] =>
    step.kind === "file"
      ? [{ media: step.media }]
      : toSlack(step.message).map((words) => ({ words: { ...words, ...author } })),
  );
  for (const [part, next] of steps.entries()) {
    const step = String(part);
    if (poster.isDone(step)) continue;
    const mark = { kind: "message" as const, items: [work.item.id], part };
    if ("media" in next) {
      await shareFile(work, poster, { step, mark, thread }, next.media, dependencies);
    } else {
      await dependencies.threads.turn(work.signal, thread);
      await poster.post({ step, mark, message: next.words, thread });
    }
  }
}

/**
 * Posts the words of the head; when the channel is saturated, together with those that wait behind it, so that a burst
 * costs one post. Returns how many messages went out.
 */
async function postWords(
  work: Work<InboxBody>,
  poster: Poster,
  thread: Thread,
  words: Words,
  { threads, parse, groupMs, now }: RelayToSlackDependencies,
): Promise<number> {
  const earlier = poster.uncertain?.mark;
  if (earlier?.kind === "message") {
    const found = await poster.find(thread);
    if (found !== "not-there") {
      // What went out together stays together, whatever has been sorted in between since then.
      const together = await work.take(earlier.items);
      if (found === "cannot-look") {
        await threads.turn(work.signal, thread);
        const message = merge([words, ...together.flatMap((item) => wordsOf(item, parse))], now());
        await poster.post({ step: "0", mark: earlier, message, thread });
      }
      return 1 + together.length;
    }
  }
  const { saturated } = await threads.turn(work.signal, thread);
  const following =
    saturated || groupMs > 0
      ? await work.takeFollowing(fitsBehind(words, parse), MAX_MERGED_ITEMS - 1)
      : [];
  const items = [work.item.id, ...following.map(({ id }) => id)];
  const message = merge([words, ...following.flatMap((item) => wordsOf(item, parse))], now());
  await poster.post({ step: "0", mark: { kind: "message", items, part: 0 }, message, thread });
  return items.length;
}

/** Accepts what still fits into one post with the words before it. To be asked in order. */
function fitsBehind(first: Words, parse: (raw: string) => ParleyEvent) {
  let length = first.message.text.length;
  return (item: Item<InboxBody>): boolean => {
    const [words] = wordsOf(item, parse);
    if (!words) return false;
    length += words.message.text.length;
    return length <= MAX_MERGED_CHARACTERS;
  };
}

/** One message as it is, several with the time of each; what comes late says so. */
function merge(all: readonly Words[], now: number): SlackMessage {
  const isLate = (at: number) => now - at > LATE_AFTER_MS;
  const [first] = all;
  if (!first || all.length > 1) {
    return {
      ...first?.message,
      ...mergePosts(all.map((words) => ({ ...words, late: isLate(words.at) }))),
    };
  }
  return isLate(first.at)
    ? { ...first.message, ...withMoment(first.message, first.at) }
    : first.message;
}

/** What can join another message in one post: words that fit one, and that nobody has begun to post. */
function wordsOf(item: Item<InboxBody>, parse: (raw: string) => ParleyEvent): Words[] {
  if (item.body.kind !== "callback" || item.progress !== undefined) return [];
  const event = parse(item.body.raw);
  if (event.kind !== "message" || event.message.typeId === 2) return [];
  if (isSystemMessage(event.message) || mediaOf(event.message).length > 0) return [];
  const [only, ...more] = toSlack(event.message);
  if (!only || more.length > 0) return [];
  return [{ message: only, at: item.body.receivedAt }];
}
