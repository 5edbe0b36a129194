import type { BlockContent, List, ListItem, Paragraph, Root } from "mdast";
import { append } from "../text/append.ts";
import { childrenOf, countIn, type RichText, stringIn } from "../text/rich-text.ts";
import { plainTextOf, type StyledText, toLines, trimStyled } from "../text/styled-text.ts";
import { type Reading, readInline } from "./read-inline.ts";
import { toPhrasing } from "./to-phrasing.ts";

/** Elements of Slack's `rich_text` as a Markdown tree. Slack has nested lists one after another; here they are nested. */
export function richTextToMdast(elements: readonly RichText[], reading: Reading): Root {
  const root: BlockContent[] = [];
  let lists: Nesting = [];
  for (const element of elements) {
    const isQuoted = element.type === "rich_text_quote" || countIn(element.border) > 0;
    const place = isQuoted ? quoteAt(root) : root;
    if (element.type === "rich_text_list") {
      if (lists[0] && lists[0] !== place.at(-1)) lists = [];
      lists = addList(place, lists, element, reading);
      continue;
    }
    lists = [];
    const texts = readInline(element, reading);
    if (element.type === "rich_text_preformatted") {
      const value = plainTextOf(texts).replace(/\n$/, "");
      if (value !== "")
        place.push({ type: "code", lang: stringIn(element.language) || null, value });
    } else {
      append(place, toParagraphs(texts));
    }
  }
  return {
    type: "root",
    children: root.filter((block) => !("children" in block) || block.children.length > 0),
  };
}

/** The children of the quote at the end of `root`, where one is added if needed: neighbouring quotes become one. */
function quoteAt(root: BlockContent[]): BlockContent[] {
  const last = root.at(-1);
  if (last?.type === "blockquote") return last.children as BlockContent[];
  const children: BlockContent[] = [];
  root.push({ type: "blockquote", children });
  return children;
}

/** A blank line begins a new paragraph. */
function toParagraphs(texts: readonly StyledText[]): Paragraph[] {
  const paragraphs: StyledText[][][] = [[]];
  for (const line of toLines(texts).map(trimStyled)) {
    if (line.length > 0) paragraphs.at(-1)?.push(line);
    else if (paragraphs.at(-1)?.length) paragraphs.push([]);
  }
  return paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => ({ type: "paragraph", children: toPhrasing(lines) }));
}

/** Deeper than anybody can write in Slack, and not too deep for recursion. */
const DEEPEST = 8;

/** The lists that the next element can continue, from the outermost inward. */
type Nesting = readonly List[];

function addList(
  place: BlockContent[],
  lists: Nesting,
  element: RichText,
  reading: Reading,
): Nesting {
  const ordered = element.style === "ordered";
  const offset = countIn(element.offset);
  const items = childrenOf(element).map(
    (item): ListItem => ({
      type: "listItem",
      spread: false,
      children: toParagraphs(readInline(item, reading)),
    }),
  );
  if (items.length === 0) return lists;
  const depth = Math.min(countIn(element.indent), lists.length, DEEPEST);
  const same = lists[depth];
  // Slack ends a list where a nested one begins. What follows continues it, and the offset says with which number.
  if (
    same &&
    same.ordered === ordered &&
    (!ordered || offset === (same.start ?? 1) - 1 + same.children.length)
  ) {
    append(same.children, items);
    return lists.slice(0, depth + 1);
  }
  const list: List = {
    type: "list",
    ordered,
    spread: false,
    start: ordered ? offset + 1 : null,
    children: items,
  };
  const parent = depth > 0 ? lists[depth - 1]?.children.at(-1)?.children : place;
  (parent ?? place).push(list);
  return [...lists.slice(0, depth), list];
}
