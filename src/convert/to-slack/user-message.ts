import type { Json } from "../../json.ts";
import { joinElements } from "../text/join-elements.ts";
import { literalMrkdwn } from "../text/literal-mrkdwn.ts";
import { shorten } from "../text/slack-text.ts";
import { context, preformatted } from "./blocks.ts";
import { describeCard } from "./describe-card.ts";
import { type MessagePart, toParts } from "./message-parts.ts";
import type { MessageWords } from "./message-words.ts";
import type { ParleyMessage } from "./parley-message.ts";
import { SLACK_LIMITS } from "./slack-limits.ts";
import type { SlackMessage } from "./slack-message.ts";

/**
 * What a User wrote, as messages for the thread: several for long texts, none longer than a section. `text` has all of it,
 * escaped, as the User typed it. The one block shows the same as `rich_text`, where foreign text cannot ping, look like the
 * bridge's own lines, or hide a link's target. Files are only named; {@link mediaOf} lists them.
 */
export function toSlack(message: ParleyMessage, words: MessageWords): SlackMessage[] {
  const messages: SlackMessage[] = [];
  let parts: MessagePart[] = [];
  const flush = () => {
    if (parts.length > 0) messages.push(toMessage(parts));
    parts = [];
  };
  let length = 0;
  for (const part of toParts(message, words)) {
    const own = part.text.length + part.gap.length;
    if (part.startsMessage || length + own > SLACK_LIMITS.section) flush();
    length = (parts.length === 0 ? 0 : length) + own;
    parts.push(part);
  }
  flush();
  return messages.length > 0 ? messages : [{ text: words.emptyMessage }];
}

function toMessage(parts: readonly MessagePart[]): SlackMessage {
  const text = parts.map((part, index) => (index === 0 ? "" : part.gap) + part.text).join("");
  const rows = parts.map((part) => part.elements);
  const elements = joinElements(rows, (row) => parts[row]?.gap ?? "");
  return { text: literalMrkdwn(text), blocks: [{ type: "rich_text", elements } satisfies Json] };
}

/** A system message, as a small line in grey: the User did not write it. */
export const toSlackContext = (message: ParleyMessage, words: MessageWords): SlackMessage => {
  const text = literalMrkdwn(shorten(describeCard(message, words) || words.emptyMessage, 2_000));
  return { text, blocks: [context(`:gear: ${text}`)] };
};

/** Literal text that is not longer than a section. */
export const showLiteral = (text: string): SlackMessage => ({
  text: literalMrkdwn(shorten(text, 200)),
  blocks: [preformatted(text)],
});
