import { isJsonObject, type Json } from "../../json.ts";
import type { RichText } from "../text/rich-text.ts";
import { lost } from "./read-blocks.ts";
import { flattenContent, richTextIn, type SlackContent } from "./slack-content.ts";

/** The kinds of the parts of a message that cannot be sent to a User, each once. */
export const lostParts = (content: readonly SlackContent[]): string[] => [
  ...new Set(
    [...flattenContent(content), ...richTextIn(content).flatMap(unknownIn)].flatMap((part) =>
      part.kind === "lost" ? [part.what] : [],
    ),
  ),
];

const KNOWN = new Set([
  "rich_text_section",
  "rich_text_list",
  "rich_text_quote",
  "rich_text_preformatted",
  "text",
  "link",
  "emoji",
  "user",
  "usergroup",
  "channel",
  "broadcast",
  "team",
  "date",
  "color",
]);

/** Elements of unknown types that have no text. */
function unknownIn({ type, elements, text, fallback }: RichText): SlackContent[] {
  if (Array.isArray(elements)) {
    return (elements as readonly Json[]).filter(isJsonObject).flatMap(unknownIn);
  }
  return typeof type !== "string" || KNOWN.has(type) || text || fallback ? [] : [lost(type)];
}
