import { splitMarkdown } from "../text/split-markdown.ts";
import { contentToMdast } from "./content-to-mdast.ts";
import type { Mentions, SlackNames } from "./mentions.ts";
import { readSlackContent } from "./read-slack-content.ts";
import { type LineBreak, renderMarkdown } from "./render-markdown.ts";
import type { SlackText } from "./slack-content.ts";

interface Writing {
  mentions: Mentions;
  /** Default: `hard`. */
  lineBreak?: LineBreak;
}

/** How agents' messages are written for Users. */
export interface MessageWriting extends Writing {
  /** A longer text is sent in several messages; in UTF-16 units. */
  messageLength: number;
}

/**
 * An agent's message as Markdown for Parley's clients. Empty if nothing of its text is for the User: it is only `@here`, or
 * only a file.
 */
export const toParley = (
  message: SlackText,
  names: SlackNames,
  { mentions, lineBreak }: Writing,
): string =>
  renderMarkdown(contentToMdast(readSlackContent(message), { names, mentions }), lineBreak);

/** The same, cut into as many messages as it needs; none if nothing of it is for the User. */
export const toParleyMessages = (
  message: SlackText,
  names: SlackNames,
  options: MessageWriting,
): string[] =>
  splitMarkdown(toParley(message, names, options), options.messageLength)
    .map((text) => text.trimEnd())
    .filter((text) => text !== "");
