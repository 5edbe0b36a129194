import { plainWords } from "../../convert/to-parley/plain-words.ts";
import type { ReplyMode } from "../../convert/to-parley/reply-intent.ts";
import type { ThreadStep } from "../../convert/to-slack/thread-steps.ts";
import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import { nameOf } from "../../views/name-of.ts";
import { type EarlierMessage, renderSoFar, renderSoFarUnread } from "../../views/so-far.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Conversation, Moved } from "../conversation.ts";
import type { People, Permalink, ThreadPost, ThreadReader } from "../ports.ts";
import { fateOf, idsIn, readThread } from "../read-thread.ts";

export interface SoFarDependencies {
  reader: Pick<ThreadReader, "postsIn">;
  people: People;
  permalink: Permalink;
  replyMode: ReplyMode;
  texts: Texts;
}

/** The User's lane does not wait longer for what is only told again. */
const READ_WITHIN_MS = 10_000;

/** The steps that show what was written in the threads that the conversation was moved from; a link to the last where Slack does not let us read it. */
export async function soFarSteps(
  work: Work<unknown>,
  conversation: Conversation,
  dependencies: SoFarDependencies,
): Promise<ThreadStep[]> {
  const { permalink, texts } = dependencies;
  const threads = (conversation.moved ?? []).filter(({ inVain }) => !inVain);
  const [last] = threads;
  if (!last) return [];
  const link = permalink(last.thread);
  const messages: EarlierMessage[] = [];
  let isWhole = conversation.lost === undefined;
  for (const left of threads) {
    const posts = await readThread(left.thread, READ_WITHIN_MS, work.signal, dependencies);
    if (!posts && left === last) return renderSoFarUnread(link, texts);
    if (!posts) {
      isWhole = false;
      break;
    }
    const read = posts.map((post) => toMessage(post, left, conversation, dependencies));
    messages.unshift(...(await Promise.all(read)));
  }
  return renderSoFar({ messages, link, isWhole }, texts);
}

async function toMessage(
  post: ThreadPost,
  { thread, until }: Moved,
  conversation: Conversation,
  { people, permalink, replyMode, texts }: SoFarDependencies,
): Promise<EarlierMessage> {
  const { ts, writer, message, files } = post;
  const names = await people.namesOf(idsIn(post));
  const name =
    writer === "user"
      ? nameOf(conversation, texts)
      : (names.users.get(writer.agent) ?? (await people.identityOf(writer.agent)).name);
  return {
    at: Math.floor(Number(ts) * 1000),
    name,
    text: plainWords(message, names),
    files,
    link: permalink({ ...thread, ts }),
    // What came after the move is refused, but perhaps that is not marked yet.
    ...defined({ fate: fateOf(post, replyMode, until) }),
  };
}
