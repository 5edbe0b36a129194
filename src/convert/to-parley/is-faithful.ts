import type { List, Paragraph, RootContent } from "mdast";
import { parseMarkdown } from "../text/markdown.ts";
import { readPhrasing } from "../text/read-phrasing.ts";
import { isItsOwnLabel } from "../text/safe-url.ts";
import type { StyledText } from "../text/styled-text.ts";

/**
 * Whether a reader of `markdown` sees exactly `paragraph`: each character with its style and its link. `1. First` may become
 * a list, because it still looks as it was written; a bare address may become a link for the same reason.
 */
export function isFaithful(markdown: string, paragraph: Paragraph): boolean {
  const seen = parseMarkdown(markdown).children.map(readBlock);
  if (seen.includes(undefined)) return false;
  const actual = join(seen.flatMap((texts) => (texts ? [texts] : [])));
  return looksTheSame(actual, readPhrasing(paragraph.children));
}

function readBlock(block: RootContent): StyledText[] | undefined {
  if (block.type === "paragraph") return readPhrasing(block.children);
  return block.type === "list" && block.ordered ? readNumbers(block) : undefined;
}

function readNumbers(list: List): StyledText[] | undefined {
  const items = list.children.map(({ children, checked }, index): StyledText[] | undefined => {
    const [only, ...more] = children;
    if (only?.type !== "paragraph" || more.length > 0 || typeof checked === "boolean")
      return undefined;
    return [{ text: `${(list.start ?? 1) + index}. ` }, ...readPhrasing(only.children)];
  });
  return items.includes(undefined)
    ? undefined
    : join(items.flatMap((item) => (item ? [item] : [])));
}

const join = (lines: readonly (readonly StyledText[])[]): StyledText[] =>
  lines.flatMap((line, index) => [...(index > 0 ? [{ text: "\n" }] : []), ...line]);

function looksTheSame(actual: readonly StyledText[], wanted: readonly StyledText[]): boolean {
  const [seen, meant] = [actual.flatMap(toLooks), wanted.flatMap(toLooks)];
  return (
    seen.length === meant.length &&
    seen.every(({ char, look, url, isOwnLabel }, index) => {
      const other = meant[index];
      if (char !== other?.char || look !== other.look) return false;
      return url === other.url || (other.url === undefined && isOwnLabel);
    })
  );
}

const toLooks = ({ text, bold, italic, strike, code, url }: StyledText) => {
  const look = [bold, italic, strike, code].map((on) => (on ? 1 : 0)).join("");
  const isOwnLabel = url !== undefined && isItsOwnLabel(text, url);
  return text.split("").map((char) => ({ char, look: char === "\n" ? "" : look, url, isOwnLabel }));
};
