import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import { type ThreadStep, toLiteralSteps } from "../../convert/to-slack/thread-steps.ts";
import { defined } from "../../defined.ts";
import { type RootView, renderOverflow, renderRoot } from "../../views/root.ts";
import type { Conversation } from "../conversation.ts";
import type { Permalink, Posts, PostTag } from "../ports.ts";

export const rootTag = ({ id, lost = [] }: Conversation): PostTag => ({
  kind: "root",
  conversation: id,
  opening: lost.length,
});

/** The root as it should look now. */
export function rootMessage(conversation: Conversation, permalink: Permalink): SlackMessage {
  const { id, state, ending, previous, next, lost } = conversation;
  const view: RootView = defined({
    conversation: id,
    userId: conversation.userId,
    user: conversation.user,
    openedAt: conversation.openedAt,
    metadata: conversation.metadata,
    furtherReasons: conversation.furtherReasons,
    transcript: conversation.transcript,
    ownerUnverified: conversation.ownerUnverified,
    lostLink: lost?.[0] && permalink(lost[0]),
    previousLink: previous && permalink(previous),
    nextLink: next && permalink(next),
    ending:
      ending && state !== "open"
        ? defined({
            kind: state,
            at: ending.at,
            to: ending.to?.name,
            link: ending.into && permalink(ending.into),
            by: ending.by,
            note: ending.note,
          })
        : undefined,
  });
  return renderRoot(view);
}

/** Shows the root as it should look now. */
export async function refreshRoot(
  conversation: Conversation,
  { posts, permalink }: { posts: Pick<Posts, "updateRoot">; permalink: Permalink },
): Promise<void> {
  const { thread } = conversation;
  if (!thread) return;
  await posts.updateRoot(thread, rootMessage(conversation, permalink), rootTag(conversation));
}

/** The steps behind the root with everything that it had to shorten; none if all of it fitted. */
export function overflowSteps(told: Pick<RootView, "metadata" | "transcript">): ThreadStep[] {
  const overflow = renderOverflow(told);
  return overflow === undefined ? [] : toLiteralSteps(overflow, "metadata.txt");
}
