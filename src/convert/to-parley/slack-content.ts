import type { Json } from "../../json.ts";
import type { RichText } from "../text/rich-text.ts";

/** What a member wrote, in Slack's form. */
export interface SlackText {
  /** Slack's mrkdwn. */
  text: string;
  blocks?: readonly Json[];
  /** Forwarded messages, tables, and previews of links. */
  attachments?: readonly Json[];
}

/** One part of a message's content. */
export type SlackContent =
  | { kind: "rich"; elements: readonly RichText[] }
  | { kind: "markdown"; markdown: string }
  | { kind: "heading"; text: string }
  | { kind: "rule" }
  | { kind: "table"; rows: readonly (readonly TableCell[])[] }
  /** Its address is public. */
  | { kind: "picture"; url: string; name: string }
  /** Slack's file object, possibly incomplete. */
  | { kind: "file"; file: Json }
  | { kind: "forward"; author: Author; content: readonly SlackContent[] }
  /** Only Slack can show it. `what`: Slack's name of its kind; ours have a space. */
  | { kind: "lost"; what: string };

/** The sections of a table's cell. */
export type TableCell = readonly RichText[];

/** Who wrote a forwarded message; empty if Slack does not say. */
export interface Author {
  id: string;
  name: string;
}

/** All content, including the content of forwarded messages. */
export const flattenContent = (content: readonly SlackContent[]): SlackContent[] =>
  content.flatMap((part) =>
    part.kind === "forward" ? [part, ...flattenContent(part.content)] : [part],
  );

/** The files in the content. */
export const filesIn = (content: readonly SlackContent[]): Json[] =>
  flattenContent(content).flatMap((part) => (part.kind === "file" ? [part.file] : []));

/** All `rich_text` elements in the content, each before those inside of it. */
export const richTextIn = (content: readonly SlackContent[]): RichText[] =>
  flattenContent(content).flatMap((part) => {
    if (part.kind === "rich") return part.elements;
    return part.kind === "table" ? part.rows.flat(2) : [];
  });
