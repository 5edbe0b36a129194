import type { BlockContent, DefinitionContent, PhrasingContent, RootContent } from "mdast";
import { parseChatMarkdown } from "../text/markdown.ts";
import { readPhrasing } from "../text/read-phrasing.ts";
import { toLines } from "../text/styled-text.ts";
import { toPhrasing } from "./to-phrasing.ts";

/** Parses Markdown that somebody wrote in Slack into the form that {@link renderMarkdown} takes. */
export const markdownToMdast = (markdown: string): BlockContent[] =>
  parseChatMarkdown(markdown).children.flatMap(toBlock);

function toBlock(node: RootContent | DefinitionContent): BlockContent[] {
  switch (node.type) {
    case "paragraph":
    case "heading":
      return [{ ...node, children: toText(node.children) }];
    case "blockquote":
      return [{ ...node, children: node.children.flatMap(toBlock) }];
    case "list": {
      const children = node.children.map((item) => ({
        ...item,
        children: withBox(item.checked, item.children.flatMap(toBlock)),
      }));
      return [{ ...node, children }];
    }
    case "table": {
      const children = node.children.map((row) => ({
        ...row,
        children: row.children.map((cell) => ({ ...cell, children: toText(cell.children) })),
      }));
      return [{ ...node, children }];
    }
    case "code":
    case "thematicBreak":
      return [node];
    default:
      return [];
  }
}

const toText = (children: readonly PhrasingContent[]): PhrasingContent[] =>
  toPhrasing(toLines(readPhrasing(children)));

/** Task list boxes as characters, because not every client shows them. */
function withBox(checked: boolean | null | undefined, blocks: BlockContent[]): BlockContent[] {
  if (typeof checked !== "boolean") return blocks;
  const [first, ...rest] = blocks;
  const box = { type: "text", value: checked ? "☑ " : "☐ " } as const;
  return first?.type === "paragraph"
    ? [{ ...first, children: [box, ...first.children] }, ...rest]
    : [{ type: "paragraph", children: [box] }, ...blocks];
}
