import type { List, Nodes, Root, RootContent, Table } from "mdast";
import { append } from "../text/append.ts";
import { joinElements } from "../text/join-elements.ts";
import { readPhrasing } from "../text/read-phrasing.ts";
import { childrenOf, type RichText } from "../text/rich-text.ts";
import { plainTextOf, type StyledText } from "../text/styled-text.ts";
import { inertElements, inertText } from "./inert-rich-text.ts";

/** A foreign Markdown tree as elements of one `rich_text` block, all of them inert. */
export const mdastToRichText = (root: Root): RichText[] => toElements(root.children, false);

const toElements = (blocks: readonly RootContent[], quoted: boolean): RichText[] =>
  joinElements(
    blocks.map((block) => toElement(block, quoted)),
    () => "\n\n",
  );

function toElement(block: RootContent, quoted: boolean): RichText[] {
  switch (block.type) {
    case "paragraph":
      return [section(readPhrasing(block.children), quoted)];
    case "heading":
      return [section(readPhrasing(block.children, { bold: true }), quoted)];
    case "thematicBreak":
      return [section([{ text: "———" }], quoted)];
    case "blockquote":
      return toElements(block.children, true);
    case "list":
      return toLists(block, 0, quoted);
    case "code":
      return [preformatted(block.value, quoted)];
    case "table":
      return [preformatted(drawTable(block), quoted)];
    default:
      return [section([{ text: "value" in block ? block.value : textIn(block) }], quoted)];
  }
}

const textIn = (node: Nodes): string =>
  "children" in node ? node.children.map(textIn).join("") : "value" in node ? node.value : "";

const section = (texts: readonly StyledText[], quoted: boolean): RichText => ({
  type: quoted ? "rich_text_quote" : "rich_text_section",
  elements: inertElements(texts),
});

const BORDER = { border: 1 } as const;

const preformatted = (code: string, quoted: boolean): RichText => ({
  type: "rich_text_preformatted",
  elements: inertText(code === "" ? " " : code),
  ...(quoted && BORDER),
});

/** Slack's deepest level. */
const MAX_INDENT = 8;

/** A numbered list as text: Slack's own numbers begin at 1, so a list that begins before that is written out. */
const writeNumbers = (items: readonly RichText[], first: number, quoted: boolean): RichText => ({
  type: quoted ? "rich_text_quote" : "rich_text_section",
  elements: items.flatMap((item, index) => [
    ...inertText(`${index > 0 ? "\n" : ""}${first + index}. `),
    ...childrenOf(item),
  ]),
});

/** A list as Slack's lists, which have one level each: a nested list follows its item, and then the outer list continues. */
function toLists(list: List, indent: number, quoted: boolean): RichText[] {
  const elements: RichText[] = [];
  const first = list.start ?? 1;
  let items: RichText[] = [];
  let number = first;
  const flush = () => {
    const offset = number - items.length - 1;
    if (items.length > 0 && list.ordered && first < 1) {
      elements.push(writeNumbers(items, offset + 1, quoted));
    } else if (items.length > 0) {
      elements.push({
        type: "rich_text_list",
        style: list.ordered ? "ordered" : "bullet",
        indent: Math.min(indent, MAX_INDENT),
        ...(list.ordered && offset > 0 && { offset }),
        ...(quoted && BORDER),
        elements: items,
      });
    }
    items = [];
  };
  for (const { children, checked } of list.children) {
    const box = typeof checked === "boolean" ? [{ text: checked ? "☑ " : "☐ " }] : [];
    const [opening, ...rest] = children;
    const texts = opening?.type === "paragraph" ? readPhrasing(opening.children) : [];
    const own = inertElements([...box, ...texts]);
    // Slack refuses an item without text.
    items.push({
      type: "rich_text_section",
      elements: own.length > 0 ? own : [{ type: "text", text: " " }],
    });
    number++;
    for (const block of opening?.type === "paragraph" ? rest : children) {
      flush();
      append(
        elements,
        block.type === "list" ? toLists(block, indent + 1, quoted) : toElement(block, quoted),
      );
    }
  }
  flush();
  return elements;
}

/** Wider columns are not padded: the table would become much longer than what the User wrote. */
const MAX_COLUMN = 40;

/** A table as text in columns, which Slack shows in a fixed-width font. */
function drawTable({ children: rows }: Table): string {
  const cells = rows.map((row) =>
    row.children.map((cell) => plainTextOf(withTargets(readPhrasing(cell.children)))),
  );
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.min(MAX_COLUMN, Math.max(...cells.map((row) => row[column]?.length ?? 0))),
  );
  const draw = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(" | ")
      .trimEnd();
  const [head = [], ...body] = cells;
  return [draw(head), widths.map((width) => "-".repeat(width)).join("-|-"), ...body.map(draw)].join(
    "\n",
  );
}

/** Links cannot be clicked in a table, so the target of each is shown behind its label. */
const withTargets = (texts: readonly StyledText[]): StyledText[] =>
  texts.map((styled) =>
    styled.url === undefined || styled.url.endsWith(styled.text)
      ? styled
      : { ...styled, text: `${styled.text} (${styled.url})` },
  );
