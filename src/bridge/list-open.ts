import type { ConversationLine } from "../views/conversation-list.ts";
import type { Conversations, Permalink } from "./ports.ts";

/** The open conversations, as lists show them. */
export const listOpen = async ({
  conversations,
  permalink,
}: {
  conversations: Pick<Conversations, "open">;
  permalink: Permalink;
}): Promise<ConversationLine[]> =>
  (await conversations.open()).map(({ userId, user, thread, waitingSince }) => ({
    userId,
    user,
    link: thread && permalink(thread),
    waitingSince,
  }));
