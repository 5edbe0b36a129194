import type { ConversationLine } from "../views/conversation-list.ts";
import type { Conversation } from "./conversation.ts";
import type { Conversations, Permalink } from "./ports.ts";

/** The open conversations, as lists show them; with `channelOf` also where each is. */
export const listOpen = async ({
  conversations,
  permalink,
  channelOf,
}: {
  conversations: Pick<Conversations, "open">;
  permalink: Permalink;
  channelOf?: (conversation: Conversation) => string;
}): Promise<ConversationLine[]> =>
  (await conversations.open()).map((conversation) => {
    const { userId, user, thread, waitingSince } = conversation;
    return {
      userId,
      user,
      link: thread && permalink(thread),
      waitingSince,
      channel: channelOf?.(conversation),
    };
  });
