import type { Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

const SYNTAX = [gfm()];
const TREE = [gfmFromMarkdown()];

/** Markdown as Parley's web client reads it: GitHub's dialect. */
export const parseMarkdown = (markdown: string): Root =>
  fromMarkdown(markdown, { extensions: SYNTAX, mdastExtensions: TREE });

/** What nobody means in a chat: it would take words away, or point to a place that is not shown. */
const NOT_MEANT = [
  "htmlFlow",
  "htmlText",
  "definition",
  "gfmFootnoteDefinition",
  "gfmFootnoteCall",
  "gfmPotentialFootnoteCall",
];

const CHAT_SYNTAX = [...SYNTAX, { disable: { null: NOT_MEANT } }];

/** The same for what a User wrote: raw HTML, references and footnotes are text like any other. */
export const parseChatMarkdown = (markdown: string): Root =>
  fromMarkdown(markdown, { extensions: CHAT_SYNTAX, mdastExtensions: TREE });
