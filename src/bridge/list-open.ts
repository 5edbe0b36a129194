import { anyReasonOf } from "../convert/text/reason-of.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { defined } from "../defined.ts";
import type { ConversationLine } from "../views/conversation-list.ts";
import { wishOf } from "../views/root-headline.ts";
import type { Conversation } from "./conversation.ts";
import type { Desk, Team } from "./desk-ports.ts";
import type { Conversations, Permalink } from "./ports.ts";

/** The open conversations of some teams as somebody (`agent`, a Slack id) sees them; with `channelOf` also where each is. */
export async function listOpen(
  teams: readonly Team[],
  agent: string,
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
  return (await conversations.open()).flatMap((conversation) => {
    const team = desk.teamOf(conversation).name;
    if (!names.has(team)) return [];
    const { userId, user, thread, waitingSince, claim, metadata } = conversation;
    const reason = anyReasonOf(metadata);
    const wish = wishOf(conversation);
    return {
      userId,
      user,
      link: thread && permalink(thread),
      waitingSince,
      team,
      whose: claim === undefined ? "unclaimed" : claim.by === agent ? "mine" : "others",
      channel: channelOf?.(conversation),
      ...defined({
        claimedBy: claim?.by,
        reason: reason === undefined ? undefined : shorten(reason, KEPT),
        wish: wish === undefined ? undefined : shorten(wish, KEPT),
        lastWroteAt: conversation.lastWroteAt,
      }),
    };
  });
}

/** More of a text is not looked at. */
const KEPT = 500;
