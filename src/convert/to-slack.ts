import { context, preformatted } from "./blocks.ts";
import type { ParleyCard, ParleyMessage } from "./parley-message.ts";
import { SLACK_LIMITS } from "./slack-limits.ts";
import type { SlackMessage } from "./slack-message.ts";
import { escapeText, shorten } from "./slack-text.ts";
import { splitText } from "./split-text.ts";

/** What a User wrote, ready for the thread. Everything foreign is escaped; long texts come in several messages. */
export function toSlack(message: ParleyMessage): SlackMessage[] {
  const text = [message, ...(message.carousel ?? [])]
    .map(describeCard)
    .filter(Boolean)
    .join("\n\n");
  return splitText(text || "(empty message)", SLACK_LIMITS.text / 2).map((piece) => ({
    text: escapeText(piece),
  }));
}

/** System messages are not the User's words: a quiet line. */
export const toSlackContext = (message: ParleyMessage): SlackMessage => {
  const text = escapeText(shorten(describeCard(message) || "(empty)", 2_000));
  return { text, blocks: [context(`:gear: ${text}`)] };
};

/** Literal text, in as many messages as it needs. */
export const toSlackLiteral = (text: string): SlackMessage[] =>
  splitText(text, SLACK_LIMITS.section).map((piece) => ({
    text: escapeText(shorten(piece, 200)),
    blocks: [preformatted(piece)],
  }));

function describeCard(card: ParleyCard): string {
  const file =
    card.media && `[file: ${card.media.description ?? card.media.filename ?? "without a name"}]`;
  const buttons = (card.buttons ?? []).map(({ title, payload }) => `[${title ?? payload ?? ""}]`);
  return [card.title, card.text, file, buttons.join(" ")].filter(Boolean).join("\n");
}

/** For a post that may already be there, where nobody can look. */
export const asPossibleRepeat = ({ text, blocks }: SlackMessage): SlackMessage => ({
  text: `${text}\n_(may be a repeat)_`,
  ...(blocks && {
    blocks: [
      ...blocks,
      context("_May be a repeat: Slack did not say whether this was posted before._"),
    ],
  }),
});
