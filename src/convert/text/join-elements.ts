import { append } from "./append.ts";
import { childrenOf, type RichText } from "./rich-text.ts";

/**
 * Joins several lists of `rich_text` elements into one. Neighbouring sections become one section with the later list's gap
 * between them, and so do neighbouring quotes, as Slack's own clients write them. Lists and code stay apart.
 */
export function joinElements(
  rows: readonly (readonly RichText[])[],
  gapBefore: (row: number) => string,
): RichText[] {
  const joined: { element: RichText; children: RichText[] }[] = [];
  for (const [row, elements] of rows.entries()) {
    for (const [index, element] of elements.entries()) {
      const last = joined.at(-1);
      const children = childrenOf(element);
      if (index === 0 && last && last.element.type === element.type && JOINED.has(element.type)) {
        last.children.push({ type: "text", text: gapBefore(row) });
        append(last.children, children);
      } else {
        joined.push({ element, children });
      }
    }
  }
  // Slack refuses an empty section.
  return joined
    .filter(({ children }) => children.length > 0)
    .map(({ element, children }) => ({ ...element, elements: children }));
}

const JOINED: ReadonlySet<unknown> = new Set(["rich_text_section", "rich_text_quote"]);
