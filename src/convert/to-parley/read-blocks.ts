import { defined } from "../../defined.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { childrenOf, type RichText, stringIn } from "../text/rich-text.ts";
import { mrkdwnToRichText } from "./mrkdwn-to-rich-text.ts";
import type { SlackContent, TableCell } from "./slack-content.ts";

/** Source: docs.slack.dev/reference/block-kit/blocks, November 2026. What is no block at all is left out. */
export const readBlocks = (blocks: readonly Json[]): SlackContent[] =>
  blocks.filter(isJsonObject).flatMap(readBlock);

function readBlock(block: RichText): SlackContent[] {
  switch (block.type) {
    case "rich_text": {
      const elements = childrenOf(block);
      return elements.length > 0 ? [{ kind: "rich", elements }] : [];
    }
    case "markdown": {
      const markdown = stringIn(block.text);
      if (markdown.trim() === "") return [];
      return isProse(markdown)
        ? [{ kind: "markdown", markdown }]
        : [{ kind: "rich", elements: [sectionOf(markdown)] }];
    }
    case "header": {
      const text = isJsonObject(block.text) ? stringIn(block.text.text).trim() : "";
      return text === "" ? [] : [{ kind: "heading", text }];
    }
    case "section": {
      const fields = Array.isArray(block.fields) ? (block.fields as readonly Json[]) : [];
      return [block.text ?? null, ...fields, block.accessory ?? null].flatMap(readObject);
    }
    case "context":
      return childrenOf(block).flatMap(readObject);
    case "image":
      return [readPicture(block)];
    case "table":
      return readTable(block);
    case "divider":
      return [{ kind: "rule" }];
    default:
      return typeof block.type === "string" ? [lost(block.type)] : [];
  }
}

/** Slack's own limit for a Markdown block, and how much the parser reads quickly; in UTF-16 units. */
const PROSE = { total: 12_000, paragraph: 4_000, signs: 1_000 } as const;
const DEEP = /^[ \t]*(?:(?:>|[-+*]|\d{1,9}[.)])[ \t]*){20}/m;

/** Whether Markdown is short and simple enough to be parsed. Otherwise it is sent as plain text. */
const isProse = (markdown: string): boolean =>
  markdown.length <= PROSE.total &&
  !DEEP.test(markdown) &&
  markdown
    .split(/\n[ \t]*\n/)
    .every(
      (paragraph) =>
        paragraph.length <= PROSE.paragraph &&
        (paragraph.match(/[*_~`]/g)?.length ?? 0) <= PROSE.signs,
    );

/** A text object, or an element beside one. */
function readObject(value: Json): SlackContent[] {
  if (!isJsonObject(value)) return [];
  switch (value.type) {
    case "mrkdwn": {
      const elements = mrkdwnToRichText(stringIn(value.text));
      return elements.length > 0 ? [{ kind: "rich", elements }] : [];
    }
    case "plain_text": {
      const text = stringIn(value.text);
      return text === "" ? [] : [{ kind: "rich", elements: [sectionOf(text)] }];
    }
    case "image":
      return [readPicture(value)];
    default:
      return typeof value.type === "string" ? [lost(value.type)] : [];
  }
}

const sectionOf = (text: string): RichText => ({
  type: "rich_text_section",
  elements: [{ type: "text", text }],
});

/** What cannot be sent: Slack's own name of its kind. */
export const lost = (what: string): SlackContent => ({ kind: "lost", what });

/** Addresses on Slack's own hosts, which Users cannot open. */
const PRIVATE = /^https?:\/\/(?:[^/?#]*[.@])?slack(?:-files)?\.com(?::\d+)?(?:[/?#]|$)/i;
const FILE_ID = /[-/](F[A-Z0-9]{4,})(?:[-/?#.]|$)/;

/** The picture of an image block, element or attachment: its public address, or its file in Slack. */
export function readPicture(image: RichText): SlackContent {
  const { slack_file } = image;
  const title = isJsonObject(image.title) ? stringIn(image.title.text) : "";
  const name = stringIn(image.alt_text).trim() || title.trim();
  const file = isJsonObject(slack_file) ? slack_file : {};
  const url = stringIn(image.image_url) || stringIn(file.url);
  const id = stringIn(file.id) || (PRIVATE.test(url) ? FILE_ID.exec(url)?.[1] : undefined);
  if (id) return { kind: "file", file: defined({ id, name: name || undefined }) };
  if (!/^https?:\/\//i.test(url) || PRIVATE.test(url)) {
    return lost("private picture");
  }
  return { kind: "picture", url, name };
}

function readTable({ rows }: RichText): SlackContent[] {
  if (!Array.isArray(rows)) return [];
  const read = (rows as readonly Json[])
    .filter((row): row is Json[] => Array.isArray(row))
    .map((row) => row.map(readCell));
  return read.some((row) => row.length > 0) ? [{ kind: "table", rows: read }] : [];
}

function readCell(cell: Json): TableCell {
  if (!isJsonObject(cell)) return [];
  if (cell.type === "rich_text") return childrenOf(cell);
  const { text, value } = cell;
  if (typeof text === "string") return [sectionOf(text)];
  return typeof value === "number" || typeof value === "string"
    ? [sectionOf(String(value))]
    : [cell];
}
