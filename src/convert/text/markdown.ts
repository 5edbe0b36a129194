import type { Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

const SYNTAX = [gfm()];
const TREE = [gfmFromMarkdown()];

/** Parses Markdown as Parley's web client does: GitHub's dialect. Nodes need not have positions. */
export const parseMarkdown = (markdown: string): Root =>
  readPlainLine(markdown) ?? fromMarkdown(markdown, { extensions: SYNTAX, mdastExtensions: TREE });

/** Syntax that nobody means in a chat: it would remove text, or refer to something that is not shown. */
const NOT_MEANT = [
  "htmlFlow",
  "htmlText",
  "definition",
  "gfmFootnoteDefinition",
  "gfmFootnoteCall",
  "gfmPotentialFootnoteCall",
];

const CHAT_SYNTAX = [...SYNTAX, { disable: { null: NOT_MEANT } }];

/** Parses what a User wrote in the same way, but raw HTML, references and footnotes stay plain text. */
export const parseChatMarkdown = (markdown: string): Root =>
  readPlainLine(markdown) ??
  fromMarkdown(markdown, { extensions: CHAT_SYNTAX, mdastExtensions: TREE });

/** One line that begins with a letter and holds no sign that means anything there. */
const PLAIN_LINE = /^(?=\p{L})(?!.*www)[^\p{Cc}*_~`[\]<>&|\\:@]*(?<!\s)$/isu;

/** Most of what people say in a chat: to parse it would cost more than all else that is done to it. */
const readPlainLine = (markdown: string): Root | undefined =>
  PLAIN_LINE.test(markdown)
    ? {
        type: "root",
        children: [{ type: "paragraph", children: [{ type: "text", value: markdown }] }],
      }
    : undefined;
