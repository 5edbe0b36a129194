import { batchPosts, timeCaption } from "../../convert/to-slack/batch-posts.ts";
import { isSystemMessage, type ParleyMessage } from "../../convert/to-slack/parley-message.ts";
import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import { type ThreadStep, toThreadSteps } from "../../convert/to-slack/thread-steps.ts";
import { toSlackContext } from "../../convert/to-slack/user-message.ts";
import type { Item, Work } from "../../delivery/lanes.ts";
import { CancelledError } from "../../errors.ts";
import { isSameThread, type Thread } from "../../ids.ts";
import type { Texts } from "../../views/texts/en.ts";
import { userAuthor } from "../../views/user-author.ts";
import { type Conversation, isShown, withUserMessages } from "../conversation.ts";
import { type AskOwnershipDependencies, askOwnership } from "../owner.ts";
import { endsConversation, type UserEndsDependencies, userEnds } from "../ownership/user-ends.ts";
import type { EventOf, ParleyEvent } from "../parley-event.ts";
import type { Patience } from "../patience.ts";
import type { PostTag } from "../ports.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import { POST } from "../stored/step-kinds.ts";
import { ensureRoot, type OpenThreadDependencies, recordConversation } from "./open-thread.ts";
import { postOnce, type Turn } from "./post-once.ts";
import { postSteps } from "./post-steps.ts";

export interface RelayMessageDependencies
  extends Omit<OpenThreadDependencies, "desk">,
    AskOwnershipDependencies,
    UserEndsDependencies {
  desk: OpenThreadDependencies["desk"] & UserEndsDependencies["desk"];
  patience: Patience;
  /** Parley's raw callback, understood. */
  parse: (raw: string) => ParleyEvent;
  /** Posts carry the User's name and a picture. */
  showUserIdentity: boolean;
  /** How long a message waits for others to share its post, ms. */
  groupMs: number;
  /** What to do with a User whose owner Parley does not tell. */
  ownerUnknown: "deliver" | "ignore";
}

/** A User's message that fits one post, with the time (ms) at which it was written. */
interface UserText {
  written: ParleyMessage;
  message: SlackMessage;
  at: number;
}

/** How many messages a batched post may have: few enough to be readable, and far below Slack's limit of 50 blocks. */
const MAX_BATCH_ITEMS = 15;
/** Below `SLACK_LIMITS.blockTextPerMessage`, because the times between messages count too. */
const MAX_BATCH_CHARACTERS = 9_000;
/** After this delay the time that Slack shows beside a post is misleading, so ours is added. */
const DATED_AFTER_MS = 10_000;
/** After this delay a message says that it is late, so that nobody takes it for a new one after an outage. */
const LATE_AFTER_MS = 2 * 60_000;

/** Posts a User's message in the User's thread; opens one if we own the User and there is none. */
export async function relayMessage(
  work: Work<InboxBody>,
  event: EventOf<"message">,
  receivedAt: number,
  dependencies: RelayMessageDependencies,
): Promise<void> {
  const { conversations, texts, now } = dependencies;
  const { message } = event;
  // Messages of the account are our own.
  if (message.typeId === 2) return;
  const isSystem = isSystemMessage(message);
  const all = isSystem
    ? [{ message: toSlackContext(message, texts.message) }]
    : toThreadSteps(message, texts.message);
  const isOnePost = !isSystem && all.length === 1 && all.every((step) => "message" in step);
  const known = isOnePost ? await conversations.byUser(event.userId) : undefined;
  // What is true now is looked at again before a single post goes.
  const goesOn = known?.state === "open" && isShown(known) ? known : undefined;
  if (!goesOn) await work.untilHead();
  const conversation = goesOn ?? (await conversationOf(work, event, receivedAt, dependencies));
  if (!conversation) return;
  const thread = await ensureRoot(work, conversation, dependencies);
  if (isSystem) return await postSteps(work, thread, all, dependencies);
  const author = dependencies.showUserIdentity ? { author: userAuthor(conversation, texts) } : {};
  const [first, ...others] = all.map((step) => withAuthor(step, author));
  const at = writtenAt(message, receivedAt);
  const stillThere = async () => {
    const now = await conversations.byUser(event.userId);
    const isSame = now?.id === conversation.id && now.state === conversation.state;
    // It begins again, with what is true now.
    if (!isSame || !isSameThread(now.thread, thread)) throw new CancelledError(work.item.id);
  };
  let count = 1;
  if (first && "message" in first && others.length === 0) {
    const text = { written: message, message: first.message, at };
    const fits = fitsBehind(text, conversation, dependencies);
    count = await postTexts(work, thread, text, { fits, stillThere }, dependencies);
  } else if (first) {
    const shown = isNew(at, now()) ? first : withCaption(first, captionOf(at, now(), texts));
    await postSteps(work, thread, [shown, ...others], dependencies, { of: "user" });
  }
  if (conversation.state === "open" && endsConversation(message, conversation, dependencies)) {
    await userEnds(work.item, conversation, thread, dependencies);
  }
  work.atEnd(() =>
    conversations.update(conversation.id, (c) =>
      c.state === "open" ? withUserMessages(c, count, receivedAt) : c,
    ),
  );
}

/** The conversation that a message belongs to: the open one, the one whose end overtook the message, or a new one. */
async function conversationOf(
  work: Work<InboxBody>,
  { userId: named, user, message }: EventOf<"message">,
  receivedAt: number,
  dependencies: RelayMessageDependencies,
): Promise<Conversation | undefined> {
  const { conversations, ownerUnknown } = dependencies;
  // Not sooner: the User may have been merged while the message before this one was on its way.
  const userId = await conversations.currentId(named);
  const newest = await conversations.byUser(userId);
  const wasOpenAt = (at: number) =>
    newest?.state === "open" || (newest?.ending !== undefined && at <= newest.ending.at);
  if (wasOpenAt(receivedAt)) return newest;
  // The User did not write it, so it opens no thread.
  if (isSystemMessage(message)) return undefined;
  const ownership = await askOwnership(userId, work.item, dependencies);
  // Parley's timestamps have whole seconds, so compare with the end of that second.
  const writtenAt = message.time === undefined ? receivedAt : (message.time + 1) * 1000;
  if (ownership === "other") return wasOpenAt(writtenAt) ? newest : undefined;
  if (ownership === "unknown" && ownerUnknown === "ignore") return undefined;
  const ownerUnverified = ownership === "unknown" && { ownerUnverified: true as const };
  const given = { userId, user, openedAt: receivedAt, ...ownerUnverified };
  return await recordConversation(work, dependencies, given, newest);
}

function withAuthor(step: ThreadStep, author: Pick<SlackMessage, "author">): ThreadStep {
  if ("message" in step) return { message: { ...step.message, ...author } };
  if ("media" in step) return step;
  const { document } = step;
  const instead = () => document.instead().map((message) => ({ ...message, ...author }));
  return { document: { ...document, instead } };
}

function withCaption(step: ThreadStep, caption: string): ThreadStep {
  if ("message" in step) {
    const { message } = step;
    return { message: { ...message, ...batchPosts([{ message, caption }]) } };
  }
  return "media" in step ? { ...step, caption } : step;
}

/**
 * Posts the head's message. If the channel is saturated, messages that wait behind it are batched into the same post.
 * Returns how many messages were posted.
 */
async function postTexts(
  work: Work<InboxBody>,
  thread: Thread,
  text: UserText,
  { fits, stillThere }: { fits: (item: Item<InboxBody>) => boolean; stillThere(): Promise<void> },
  dependencies: RelayMessageDependencies,
): Promise<number> {
  const { groupMs, texts, now } = dependencies;
  const name = "0";
  const post = {
    thread,
    confirm: stillThere,
    async tag({ saturated, earlier }: Turn) {
      if (earlier) return earlier;
      const following =
        saturated || groupMs > 0 ? await work.takeFollowing(fits, MAX_BATCH_ITEMS - 1) : [];
      const items = [work.item.id, ...following.map(({ id }) => id)];
      return { kind: "message" as const, items, part: 0, of: "user" as const };
    },
    async message(tag: PostTag) {
      const others = await take(tag);
      return batch([text, ...others.flatMap((item) => textsOf(item, dependencies))], now(), texts);
    },
  };
  await postOnce(work, name, post, dependencies);
  // The messages that were posted together stay together, even if others were sorted in between since then.
  const others = await take(work.intentOf(name, POST)?.tag);
  return 1 + others.length;

  async function take(tag: PostTag | undefined): Promise<readonly Item<InboxBody>[]> {
    return tag?.kind === "message" ? await work.take(tag.items) : [];
  }
}

type ReadTextDependencies = Pick<RelayMessageDependencies, "parse" | "texts">;

/**
 * Returns a function that accepts the next message if it still fits into the post, nothing of it may have been posted, and it
 * ends nothing: such a one is shown on its own. To be called in order.
 */
function fitsBehind(
  first: UserText,
  conversation: Conversation,
  dependencies: RelayMessageDependencies,
) {
  let length = first.message.text.length;
  return (item: Item<InboxBody>): boolean => {
    const [text] = textsOf(item, dependencies);
    if (!text || item.hasProgress) return false;
    if (endsConversation(text.written, conversation, dependencies)) return false;
    length += text.message.text.length;
    return length <= MAX_BATCH_CHARACTERS;
  };
}

/** The post for these messages: a single one as it is, unless it comes after a while; several with the time of each. */
function batch(all: readonly UserText[], now: number, texts: Texts): SlackMessage {
  const [first] = all;
  if (first && all.length === 1 && isNew(first.at, now)) return first.message;
  const captioned = all.map(({ message, at }) => ({ message, caption: captionOf(at, now, texts) }));
  return { ...first?.message, ...batchPosts(captioned) };
}

/** When it was written, ms. Parley says so by its own clock, so that counts only for what has waited there for minutes, as while we were away. */
function writtenAt({ time }: ParleyMessage, receivedAt: number): number {
  if (time === undefined || time <= 0) return receivedAt;
  const at = time * 1000;
  return receivedAt - at > LATE_AFTER_MS ? at : receivedAt;
}

/** The time that Slack shows beside the post says enough. */
const isNew = (at: number, now: number): boolean => now - at <= DATED_AFTER_MS;

const captionOf = (at: number, now: number, texts: Texts): string =>
  timeCaption({ at, late: now - at > LATE_AFTER_MS }, texts.message);

/** The message of an item that can be batched into a post: one that fits one post. */
function textsOf(item: Item<InboxBody>, { parse, texts }: ReadTextDependencies): UserText[] {
  if (item.body.kind !== "callback") return [];
  const event = parse(item.body.raw);
  if (event.kind !== "message" || event.message.typeId === 2) return [];
  if (isSystemMessage(event.message)) return [];
  const [only, ...more] = toThreadSteps(event.message, texts.message);
  if (!only || !("message" in only) || more.length > 0) return [];
  return [
    {
      written: event.message,
      message: only.message,
      at: writtenAt(event.message, item.body.receivedAt),
    },
  ];
}
