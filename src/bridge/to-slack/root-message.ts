import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import { type ThreadStep, toLiteralSteps } from "../../convert/to-slack/thread-steps.ts";
import { defined } from "../../defined.ts";
import { renderRoot } from "../../views/root.ts";
import { renderOverflow } from "../../views/root-details.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Conversation } from "../conversation.ts";
import type { Permalink, Posts, PostTag } from "../ports.ts";

export const rootTag = ({ id, lost = [] }: Conversation): PostTag & { kind: "root" } => ({
  kind: "root",
  conversation: id,
  opening: lost.length,
});

/** The root as it should look now. */
export function rootMessage(
  conversation: Conversation,
  { permalink, texts }: { permalink: Permalink; texts: Texts },
): SlackMessage {
  const { previous, next, lost, ending } = conversation;
  const links = defined({
    lost: lost?.[0] && permalink(lost[0]),
    previous: previous && permalink(previous),
    next: next && permalink(next),
    into: ending?.into && permalink(ending.into),
  });
  return renderRoot(conversation, links, texts);
}

/** Shows the root as it should look now. */
export async function refreshRoot(
  conversation: Conversation,
  dependencies: { posts: Pick<Posts, "updateRoot">; permalink: Permalink; texts: Texts },
): Promise<void> {
  const { thread } = conversation;
  if (!thread) return;
  const message = rootMessage(conversation, dependencies);
  await dependencies.posts.updateRoot(thread, message, rootTag(conversation));
}

/** The steps behind the root with everything that it had to shorten; none if all of it fitted. */
export function overflowSteps(
  details: Parameters<typeof renderOverflow>[0],
  { message }: Texts,
): ThreadStep[] {
  const overflow = renderOverflow(details);
  return overflow === undefined ? [] : toLiteralSteps(overflow, "metadata.txt", message);
}
