import { isJsonObject } from "../json.ts";
import type { Mentions, SlackNames, SlackText } from "./mentions.ts";
import { toRichText } from "./mentions.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { richTextToMdast } from "./rich-text-to-mdast.ts";

/**
 * What an agent wrote, as Markdown for Parley's clients. Empty when nothing of it is for the User, such as a lone
 * `@here` or a file without words.
 */
export const toParley = (
  message: SlackText,
  names: SlackNames,
  options: { readonly mentions: Mentions },
): string => {
  const elements = toRichText(message).filter(isJsonObject);
  return renderMarkdown(richTextToMdast(elements, { names, mentions: options.mentions }));
};
