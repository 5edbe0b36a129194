import type { ConversationLine } from "../views/conversation-list.ts";
import type { Conversations, Permalink } from "./ports.ts";

/** The open conversations, as lists show them. */
export const listOpen = ({
  conversations,
  permalink,
}: {
  conversations: Pick<Conversations, "open">;
  permalink: Permalink;
}): ConversationLine[] =>
  conversations.open().map(({ userId, user, thread, waitingSince }) => ({
    userId,
    user,
    link: thread && permalink(thread),
    waitingSince,
  }));
