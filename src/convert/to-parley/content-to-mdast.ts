import type { BlockContent, PhrasingContent, Root, TableRow } from "mdast";
import { cleanName } from "../text/clean-name.ts";
import { type StyledText, toLines, trimStyled } from "../text/styled-text.ts";
import { markdownToMdast } from "./markdown-to-mdast.ts";
import { type Reading, readInline } from "./read-inline.ts";
import { richTextToMdast } from "./rich-text-to-mdast.ts";
import type { Author, SlackContent, TableCell } from "./slack-content.ts";
import { toPhrasing } from "./to-phrasing.ts";

/** The content of a message as a Markdown tree, without what only Slack can show. */
export const contentToMdast = (content: readonly SlackContent[], reading: Reading): Root => ({
  type: "root",
  children: content.flatMap((part) => toBlocks(part, reading)),
});

function toBlocks(part: SlackContent, reading: Reading): BlockContent[] {
  switch (part.kind) {
    case "rich":
      return richTextToMdast(part.elements, reading).children as BlockContent[];
    case "markdown":
      return markdownToMdast(part.markdown);
    case "heading":
      return [{ type: "heading", depth: 2, children: phrasingOnOneLine([{ text: part.text }]) }];
    case "rule":
      return [{ type: "thematicBreak" }];
    case "table":
      return [toTable(part.rows, reading)];
    case "picture":
      return [paragraphOf([{ text: part.name || part.url, url: part.url }])];
    case "forward":
      return toQuote(part, reading);
    case "file":
    case "lost":
      return [];
  }
}

/** A forwarded message as a quote, with the name of its writer on top; nothing if it has no text. */
function toQuote(
  { author, content }: SlackContent & { kind: "forward" },
  reading: Reading,
): BlockContent[] {
  const words = contentToMdast(content, reading).children as BlockContent[];
  if (words.length === 0) return [];
  const name = nameOf(author, reading);
  const head = name === "" ? [] : [paragraphOf([{ text: `${name}:`, bold: true }])];
  return [{ type: "blockquote", children: [...head, ...words] }];
}

/** Empty if names of people in Slack are not shown to Users. */
const nameOf = ({ id, name }: Author, { names, mentions }: Reading): string =>
  mentions === "hide" ? "" : cleanName(name) || cleanName(names.users.get(id) ?? "");

function toTable(rows: readonly (readonly TableCell[])[], reading: Reading): BlockContent {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const children = rows.map(
    (row): TableRow => ({
      type: "tableRow",
      children: Array.from({ length: columns }, (_, column) => ({
        type: "tableCell",
        children: phrasingOnOneLine(cellTexts(row[column] ?? [], reading)),
      })),
    }),
  );
  return { type: "table", children };
}

/** The texts of a cell's sections in one list. */
const cellTexts = (cell: TableCell, reading: Reading): StyledText[] =>
  cell.flatMap((element, index) => [
    ...(index > 0 ? [{ text: "\n" }] : []),
    ...readInline(element, reading),
  ]);

const paragraphOf = (texts: readonly StyledText[]): BlockContent => ({
  type: "paragraph",
  children: phrasingOnOneLine(texts),
});

/** Line breaks become spaces. */
const phrasingOnOneLine = (texts: readonly StyledText[]): PhrasingContent[] => [
  ...toPhrasing([
    trimStyled(
      toLines(texts)
        .map(trimStyled)
        .filter((line) => line.length > 0)
        .flatMap((line, index) => (index > 0 ? [{ text: " " }, ...line] : line)),
    ),
  ]),
];
