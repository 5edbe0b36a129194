import { childrenOf, type RichText } from "../text/rich-text.ts";
import { plainTextOf } from "../text/styled-text.ts";
import type { SlackNames } from "./mentions.ts";
import { readInline } from "./read-inline.ts";
import { readSlackContent } from "./read-slack-content.ts";
import { flattenContent, type SlackText } from "./slack-content.ts";

/** What a message says, without its looks: as plain text, forwarded messages included. Empty if it is only files. */
export function plainWords(message: SlackText, names: SlackNames): string {
  const wordsOf = (element: RichText): string =>
    element.type === "rich_text_list"
      ? childrenOf(element)
          .map((child) => `• ${wordsOf(child)}`)
          .join("\n")
      : plainTextOf(readInline(element, { names, mentions: "names" }));
  return flattenContent(readSlackContent(message))
    .flatMap((part) => {
      switch (part.kind) {
        case "rich":
          return part.elements.map(wordsOf);
        case "markdown":
          return [part.markdown];
        case "heading":
          return [part.text];
        case "table":
          return part.rows.map((row) => row.map((cell) => cell.map(wordsOf).join(" ")).join(" | "));
        default:
          return [];
      }
    })
    .map((text) => text.trim())
    .filter(Boolean)
    .join("\n");
}
