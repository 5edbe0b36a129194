import type { Json } from "../../json.ts";
import type { RichText } from "../text/rich-text.ts";

/** What a member wrote, as Slack tells it. */
export interface SlackText {
  /** Slack's mrkdwn. */
  readonly text: string;
  readonly blocks?: readonly Json[];
  /** Forwarded messages, tables, and previews of links. */
  readonly attachments?: readonly Json[];
}

/** One thing in a message. */
export type SlackContent =
  | { readonly kind: "rich"; readonly elements: readonly RichText[] }
  | { readonly kind: "markdown"; readonly markdown: string }
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "rule" }
  | { readonly kind: "table"; readonly rows: readonly (readonly TableCell[])[] }
  /** Anybody can open its address. */
  | { readonly kind: "picture"; readonly url: string; readonly name: string }
  /** A file object, or as much of it as Slack tells here. */
  | { readonly kind: "file"; readonly file: Json }
  | { readonly kind: "forward"; readonly author: Author; readonly content: readonly SlackContent[] }
  /** Only Slack can show it; in words for its writer. */
  | { readonly kind: "lost"; readonly what: string };

/** The sections in it. */
export type TableCell = readonly RichText[];

/** Who wrote what was forwarded; empty where Slack does not tell. */
export interface Author {
  readonly id: string;
  readonly name: string;
}

/** Everything, with what is inside of forwarded messages. */
export const flattenContent = (content: readonly SlackContent[]): SlackContent[] =>
  content.flatMap((part) =>
    part.kind === "forward" ? [part, ...flattenContent(part.content)] : [part],
  );

/** The files that content brings along. */
export const filesIn = (content: readonly SlackContent[]): Json[] =>
  flattenContent(content).flatMap((part) => (part.kind === "file" ? [part.file] : []));

/** All the elements of `rich_text`, from the outermost on. */
export const richTextIn = (content: readonly SlackContent[]): RichText[] =>
  flattenContent(content).flatMap((part) => {
    if (part.kind === "rich") return part.elements;
    return part.kind === "table" ? part.rows.flat(2) : [];
  });
