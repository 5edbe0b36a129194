import type { PhrasingContent } from "mdast";
import type { Style, StyledText } from "./styled-text.ts";

/** Markdown's inline tree as a list of texts. A link has its label as text, and a picture becomes a link to it. */
export function readPhrasing(nodes: readonly PhrasingContent[], style: Style = {}): StyledText[] {
  return nodes.flatMap((node): StyledText[] => {
    switch (node.type) {
      case "text":
        return [{ ...style, text: node.value }];
      case "inlineCode":
        return [{ ...style, code: true, text: node.value }];
      case "break":
        return [{ text: "\n" }];
      case "strong":
        return readPhrasing(node.children, { ...style, bold: true });
      case "emphasis":
        return readPhrasing(node.children, { ...style, italic: true });
      case "delete":
        return readPhrasing(node.children, { ...style, strike: true });
      case "link": {
        const label = readPhrasing(node.children, { ...style, url: node.url });
        return label.length > 0 ? label : [{ ...style, text: node.url, url: node.url }];
      }
      case "image":
        return [{ ...style, text: node.alt || node.url, url: node.url }];
      // Parley's clients do not show it.
      case "html":
        return [];
      default:
        return "children" in node ? readPhrasing(node.children, style) : [];
    }
  });
}
