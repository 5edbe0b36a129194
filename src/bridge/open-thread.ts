import type { Work } from "../delivery/lanes.ts";
import { makeConversationId, type Thread } from "../ids.ts";
import { type Conversation, openConversation } from "./conversation.ts";
import type { InboxBody } from "./events.ts";
import type { Conversations, Threads } from "./ports.ts";
import type { Poster } from "./poster.ts";
import { rootMark, rootMessage } from "./root-message.ts";

/** Records the conversation that this item opens. The same item always opens the same one, also after a crash. */
export async function recordConversation(
  work: Work<InboxBody>,
  conversations: Conversations,
  given: Pick<Conversation, "userId" | "user" | "openedAt"> &
    Partial<Pick<Conversation, "metadata" | "transcript" | "ownerUnverified">>,
  previous: Conversation | undefined,
): Promise<Conversation> {
  const conversation = openConversation({
    ...given,
    id: makeConversationId(given.userId, work.item.id),
    ...(previous?.thread && { previous: previous.thread }),
  });
  await conversations.create(conversation);
  return conversation;
}

/** The conversation's thread; its root is posted now if it is not there yet. */
export async function ensureRoot(
  work: Work<InboxBody>,
  poster: Poster,
  threads: Threads,
  conversations: Conversations,
  conversation: Conversation,
): Promise<Thread> {
  if (conversation.thread) return conversation.thread;
  await threads.turn(work.signal);
  const thread = await poster.post({
    step: "root",
    mark: rootMark(conversation),
    message: rootMessage(conversation, threads),
  });
  await conversations.update(conversation.id, (c) => ({ ...c, thread }));
  return thread;
}
