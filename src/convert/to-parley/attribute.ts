import { parseMarkdown } from "../text/markdown.ts";
import { escapeMarkdown } from "./escape-markdown.ts";

/** What clients make links of wherever they find it, escaped or not; a word joiner inside keeps them from it. */
const ADDRESSES = /(?<=www)(?=\.)|(?<=@)(?=\w)|(?<=:)(?=\/\/)/gi;

/** Markdown with the name of its writer in front, which is text and nothing else. */
export function attribute(name: string, markdown: string): string {
  const place = { before: "", after: " ", inLabel: false };
  const label = `${name.replaceAll(ADDRESSES, "\u2060")}:`;
  // A list or a quote would lose its first line to the name.
  const [first] = parseMarkdown(markdown).children;
  const gap = first?.type === "paragraph" ? " " : "\n\n";
  return `${escapeMarkdown(label, "everything", place)}${gap}${markdown}`;
}
