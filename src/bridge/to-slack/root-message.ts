import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import { type ThreadStep, toLiteralSteps } from "../../convert/to-slack/thread-steps.ts";
import { defined } from "../../defined.ts";
import { renderOverflow } from "../../views/details-parts.ts";
import { type RootLinks, renderRoot } from "../../views/root.ts";
import type { Texts } from "../../views/texts/en.ts";
import { type Conversation, isAnswered, type Moved } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import type { Permalink, PostTag } from "../ports.ts";

/** Of the root so many threads behind that of its own, or of the one that it opens next if it has none. */
export const rootTagOf = (
  { id, lost = [], moved = [] }: Conversation,
  behind: number,
): PostTag & { kind: "root" } => ({
  kind: "root",
  conversation: id,
  opening: lost.length + moved.length + behind,
});

/** Of the root of its thread, or of the one that it opens next. */
export const rootTag = (conversation: Conversation): PostTag & { kind: "root" } =>
  rootTagOf(conversation, 0);

interface RootMessageDependencies {
  permalink: Permalink;
  desk: Pick<Desk, "teams" | "answers">;
  texts: Texts;
  now: () => number;
}

/** The root as it should look now. */
export function rootMessage(
  conversation: Conversation,
  { permalink, desk, texts, now }: RootMessageDependencies,
): SlackMessage {
  const { next, ending } = conversation;
  const links = {
    ...linksBack(conversation, permalink),
    ...defined({
      movable: desk.teams.length > 1,
      answerable: desk.answers.length > 0,
      declinable: !isAnswered(conversation),
      next: next && permalink(next),
      into: ending?.into && permalink(ending.into),
    }),
  };
  return renderRoot(conversation, links, now(), texts);
}

/** To the threads before this one. */
export function linksBack(
  { previous, lost, moved }: Conversation,
  permalink: Permalink,
): Pick<RootLinks, "movedFrom" | "lost" | "previous"> {
  const [latest] = moved?.filter(({ inVain }) => !inVain) ?? [];
  return defined({
    movedFrom: latest && linkBack(latest, permalink),
    lost: lost?.[0] && permalink(lost[0]),
    previous: previous && permalink(previous),
  });
}

/** The root of a thread that it has left, or never was in, as it should look from then on. */
export function leftRootMessage(
  conversation: Conversation,
  left: Moved,
  { permalink, texts, now }: RootMessageDependencies,
): SlackMessage {
  const { thread, team, moved = [] } = conversation;
  const earlier = moved.slice(moved.indexOf(left) + 1).find(({ inVain }) => !inVain);
  const links = defined({
    movedFrom: earlier && linkBack(earlier, permalink),
    movedTo: {
      by: left.by,
      at: left.at,
      ...defined({ team, link: thread && permalink(thread), inVain: left.inVain }),
    },
  });
  return renderRoot(conversation, links, now(), texts);
}

const linkBack = ({ thread, by, team }: Moved, permalink: Permalink) => ({
  link: permalink(thread),
  by,
  ...defined({ team }),
});

/** The steps behind the details with everything that they had to shorten; none if all of it fitted. */
export function overflowSteps(
  details: Parameters<typeof renderOverflow>[0],
  { message }: Texts,
): ThreadStep[] {
  const overflow = renderOverflow(details);
  return overflow === undefined ? [] : toLiteralSteps(overflow, "metadata.txt", message);
}
