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

/** How what agents write goes out. */
export interface MessageWriting extends Writing {
  /** A longer text goes in several messages, UTF-16 units. */
  messageLength: number;
}

/**
 * What an agent wrote, as Markdown for Parley's clients. Empty when nothing of it is for the User, such as a lone
 * `@here` or a file without words.
 */
export const toParley = (
  message: SlackText,
  names: SlackNames,
  { mentions, lineBreak }: Writing,
): string =>
  renderMarkdown(contentToMdast(readSlackContent(message), { names, mentions }), lineBreak);

/** The same in as many messages as it needs; none where there is nothing for the User. */
export const toParleyMessages = (
  message: SlackText,
  names: SlackNames,
  options: MessageWriting,
): string[] =>
  splitMarkdown(toParley(message, names, options), options.messageLength)
    .map((text) => text.trimEnd())
    .filter((text) => text !== "");
