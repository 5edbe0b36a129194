import type { ConversationLine } from "../views/conversation-list.ts";
import type { Conversation } from "./conversation.ts";
import type { Desk, Team } from "./desk-ports.ts";
import type { Conversations, Permalink } from "./ports.ts";

/** The open conversations of some teams, as lists show them; with `channelOf` also where each is. */
export async function listOpen(
  teams: readonly Team[],
  {
    conversations,
    desk,
    permalink,
    channelOf,
  }: {
    conversations: Pick<Conversations, "open">;
    desk: Pick<Desk, "teamOf">;
    permalink: Permalink;
    channelOf?: (conversation: Conversation) => string;
  },
): Promise<ConversationLine[]> {
  const names = new Set(teams.map(({ name }) => name));
  const shown = (await conversations.open()).filter((conversation) =>
    names.has(desk.teamOf(conversation).name),
  );
  return shown.map((conversation) => {
    const { userId, user, thread, waitingSince } = conversation;
    return {
      userId,
      user,
      link: thread && permalink(thread),
      waitingSince,
      channel: channelOf?.(conversation),
    };
  });
}
