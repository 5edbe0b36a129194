import { parseMarkdown } from "../text/markdown.ts";
import { escapeMarkdown } from "./escape-markdown.ts";

/** Where clients make links even of escaped text; a word joiner inside prevents it. */
const ADDRESSES = /(?<=www)(?=\.)|(?<=@)(?=\w)|(?<=:)(?=\/\/)/gi;

/** Markdown with the name of its writer in front. Nothing in the name acts as Markdown. */
export function attribute(name: string, markdown: string): string {
  const place = { before: "", after: " ", inLabel: false };
  const label = `${name.replaceAll(ADDRESSES, "\u2060")}:`;
  // The first line of a list or a quote would not be recognised behind a name on the same line.
  const [first] = parseMarkdown(markdown).children;
  const gap = first?.type === "paragraph" ? " " : "\n\n";
  return `${escapeMarkdown(label, "everything", place)}${gap}${markdown}`;
}
