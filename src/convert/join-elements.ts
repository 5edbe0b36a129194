import { childrenOf, type RichText } from "./rich-text.ts";

/**
 * Rows of `rich_text` elements as one row. Neighbouring sections, and neighbouring quotes, become one with `gap`
 * between them, as Slack's own clients have it; lists and code stand for themselves.
 */
export function joinElements(rows: readonly (readonly RichText[])[], gap: string): RichText[] {
  const joined: RichText[] = [];
  for (const row of rows) {
    for (const [index, element] of row.entries()) {
      const last = joined.at(-1);
      if (index === 0 && last && last.type === element.type && JOINED.has(element.type)) {
        const between: RichText = { type: "text", text: gap };
        joined[joined.length - 1] = {
          ...last,
          elements: [...childrenOf(last), between, ...childrenOf(element)],
        };
      } else {
        joined.push(element);
      }
    }
  }
  // An empty section would be refused.
  return joined.filter((element) => childrenOf(element).length > 0);
}

const JOINED: ReadonlySet<unknown> = new Set(["rich_text_section", "rich_text_quote"]);
