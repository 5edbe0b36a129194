import type { PhrasingContent } from "mdast";
import { append } from "../text/append.ts";
import { toGraphemes } from "../text/graphemes.ts";
import { isItsOwnLabel, toSafeUrl } from "../text/safe-url.ts";
import { plainTextOf, type StyledText } from "../text/styled-text.ts";

/** One character with its style, because styles may overlap. */
interface Char {
  text: string;
  bold: boolean;
  italic: boolean;
  strike: boolean;
  code: boolean;
  url: string | undefined;
}

const STYLES = ["bold", "italic", "strike", "url"] as const;
type StyleName = (typeof STYLES)[number];

/**
 * Lines as Markdown's inline tree. A style never continues on the next line, because simple renderers look for both ends
 * of a style on one line. It neither begins nor ends with a space, because Markdown would not recognise it.
 */
export const toPhrasing = (lines: readonly (readonly StyledText[])[]): PhrasingContent[] =>
  lines.flatMap((line, index) => [
    ...(index > 0 ? [{ type: "break" } as const] : []),
    ...nest(line.flatMap(toChars), STYLES, " ", " "),
  ]);

function toChars(styled: StyledText): Char[] {
  const { bold = false, italic = false, strike = false, code = false } = styled;
  const { text, url } = asMarkdownLink(styled);
  return toGraphemes(text).map((char) => ({ text: char, bold, italic, strike, code, url }));
}

/** Only web links become links: clients open no others, and recognise mail addresses and telephone numbers themselves. */
function asMarkdownLink({ text, url }: StyledText): Pick<StyledText, "text" | "url"> {
  if (url === undefined) return { text };
  const safe = toSafeUrl(url);
  const isWeb = safe !== undefined && /^https?:/i.test(safe);
  if (isWeb) return { text, url: closeParentheses(safe) };
  if (isItsOwnLabel(text, url)) return { text };
  return { text: `${text} (${url.replace(/^(?:mailto|tel):/i, "")})` };
}

/** Escapes parentheses without a partner, which would end the link. */
function closeParentheses(url: string): string {
  let open = 0;
  for (const char of url) {
    if (char === "(") open++;
    if (char === ")" && --open < 0) break;
  }
  return open === 0 ? url : url.replaceAll("(", "%28").replaceAll(")", "%29");
}

/** `before` and `after`: the characters around the run. The style that covers most characters becomes the outermost. */
function nest(
  chars: readonly Char[],
  styles: readonly StyleName[],
  before: string,
  after: string,
): PhrasingContent[] {
  const nodes: PhrasingContent[] = [];
  let at = 0;
  while (at < chars.length) {
    const [style, end] = longestStyle(chars, styles, at);
    const part = chars.slice(at, end);
    if (style === undefined) {
      append(nodes, toLeaves(part));
    } else {
      const rest = styles.filter((other) => other !== style);
      const outsideBefore = chars[at - 1]?.text ?? before;
      const outsideAfter = chars[end]?.text ?? after;
      const [head, core, tail] =
        style === "url" ? [[], part, []] : fitStyle(part, outsideBefore, outsideAfter);
      append(nodes, nest(head, rest, outsideBefore, " "));
      if (core.length > 0) nodes.push(wrap(style, core, nest(core, rest, " ", " ")));
      append(nodes, nest(tail, rest, " ", outsideAfter));
    }
    at = end;
  }
  return nodes;
}

function longestStyle(
  chars: readonly Char[],
  styles: readonly StyleName[],
  at: number,
): readonly [StyleName | undefined, number] {
  const first = chars[at];
  let longest: readonly [StyleName | undefined, number] = [undefined, at];
  for (const style of styles) {
    if (!first?.[style]) continue;
    let end = at + 1;
    while (end < chars.length && chars[end]?.[style] === first[style]) end++;
    if (end > longest[1]) longest = [style, end];
  }
  if (longest[0] !== undefined) return longest;
  let end = at + 1;
  while (end < chars.length && !styles.some((style) => chars[end]?.[style])) end++;
  return [undefined, end];
}

const isSpace = (text: string): boolean => /^\s/u.test(text);
const isWord = (text: string): boolean => !/^[\s\p{P}\p{S}]/u.test(text);

/**
 * The part of a run that Markdown allows to have a style: no space at its ends, and no punctuation there if a letter is
 * directly outside, as in `**so!**no`. The rest is left without the style.
 */
function fitStyle(
  chars: readonly Char[],
  before: string,
  after: string,
): readonly [head: readonly Char[], core: readonly Char[], tail: readonly Char[]] {
  const isEdge = (char: Char | undefined, outside: string) =>
    char !== undefined &&
    (isSpace(char.text) || (isWord(outside) && (!isWord(char.text) || char.code || !!char.url)));
  let start = 0;
  while (start < chars.length && isEdge(chars[start], chars[start - 1]?.text ?? before)) start++;
  let end = chars.length;
  while (end > start && isEdge(chars[end - 1], chars[end]?.text ?? after)) end--;
  return [chars.slice(0, start), chars.slice(start, end), chars.slice(end)];
}

function wrap(
  style: StyleName,
  core: readonly Char[],
  children: PhrasingContent[],
): PhrasingContent {
  switch (style) {
    case "bold":
      return { type: "strong", children };
    case "italic":
      return { type: "emphasis", children };
    case "strike":
      return { type: "delete", children };
    case "url":
      return { type: "link", url: core[0]?.url ?? "", children } as PhrasingContent;
  }
}

/** Text and inline code for characters whose other styles are the same. */
function toLeaves(chars: readonly Char[]): PhrasingContent[] {
  const nodes: PhrasingContent[] = [];
  let at = 0;
  while (at < chars.length) {
    const code = chars[at]?.code ?? false;
    let end = at + 1;
    while (end < chars.length && chars[end]?.code === code) end++;
    const value = plainTextOf(chars.slice(at, end));
    nodes.push(code ? { type: "inlineCode", value } : { type: "text", value });
    at = end;
  }
  return nodes;
}
