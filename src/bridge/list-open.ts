import { anyReasonOf } from "../convert/text/reason-of.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { defined } from "../defined.ts";
import type { ConversationLine } from "../views/conversation-list.ts";
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
        lastSaid: lastSaidBefore(conversation),
        lastWroteAt: conversation.lastWroteAt,
      }),
    };
  });
}

/** More of a text is not looked at. */
const KEPT = 500;

/**
 * What the User said last before the handover. What they write afterwards is not kept once it is in Slack, so then it is no
 * longer the last.
 */
function lastSaidBefore({ transcript, userMessages }: Conversation): string | undefined {
  if (userMessages > 0) return undefined;
  const said = transcript?.findLast(({ from }) => !/bot|assistant|agent|system/i.test(from));
  return said && shorten(said.text, KEPT);
}
