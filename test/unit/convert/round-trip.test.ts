import fc from "fast-check";
import { describe, expect } from "vitest";
import { parseChatMarkdown, parseMarkdown } from "../../../src/convert/text/markdown.ts";
import { readPhrasing } from "../../../src/convert/text/read-phrasing.ts";
import {
  hasSameStyle,
  plainTextOf,
  type StyledText,
} from "../../../src/convert/text/styled-text.ts";
import { toParley } from "../../../src/convert/to-parley/agent-reply.ts";
import { NO_NAMES } from "../../../src/convert/to-parley/mentions.ts";
import { mdastToRichText } from "../../../src/convert/to-slack/mdast-to-rich-text.ts";
import type { Json } from "../../../src/json.ts";
import { AWKWARD_TEXTS } from "../../fixtures/conversion/awkward-texts.ts";
import { code, link, list, quote, section, text } from "../../fixtures/conversion/rich-text.ts";
import { anyText, holds } from "../../support/property.ts";

const toMarkdown = (elements: readonly Json[]): string =>
  toParley({ text: "", blocks: [{ type: "rich_text", elements }] }, NO_NAMES, {
    mentions: "names",
  });

const words = fc
  .array(fc.stringMatching(/^[a-zA-Z0-9*_~`#<>[\]()&:;.,!?+\-=|\\/'"]{1,8}$/), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(" "))
  // What clients make links of by themselves comes back as a link.
  // `1. ` stays as it is, and comes back as a list that looks the same.
  .filter(
    (value) =>
      !/^\d{1,9}\.(?:\s|$)/.test(value) && !/www\.|https?:|mailto:|xmpp:|\S@\S/i.test(value),
  );

const style = fc.constantFrom<object>(
  {},
  {},
  { bold: true },
  { italic: true },
  { strike: true },
  { code: true },
  { bold: true, italic: true },
  { bold: true, italic: true, strike: true },
);

/** Texts with a space of no style between them: what Markdown can say without exception. */
const inline = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 4, arbitrary: words }, { weight: 1, arbitrary: fc.constant(undefined) }),
      style,
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) =>
    parts.flatMap(([value, look], index): Json[] => [
      ...(index > 0 ? [text(" ")] : []),
      value === undefined
        ? link("https://a.example/b_(c)?d=1&e")
        : ({
            ...(text(value) as object),
            ...(Object.keys(look).length > 0 && { style: look }),
          } as Json),
    ]),
  );

const paragraph = inline.map((elements) => section(...elements));
const items = fc.array(
  inline.map((elements) => section(...elements)),
  { minLength: 1, maxLength: 3 },
);
const codeLines = fc
  .array(fc.stringMatching(/^[a-z`~<!>@ {}]{0,12}$/), { minLength: 1, maxLength: 4 })
  .map((lines) => lines.join("\n").replace(/\n+$/, ""))
  .filter((value) => value !== "");

const element = fc.oneof(
  paragraph,
  inline.map((elements) => quote(...elements)),
  codeLines.map((value) => code(value)),
  items.map((sections) => list("bullet", sections)),
  fc
    .tuple(items, fc.integer({ min: 0, max: 90 }))
    .map(([sections, offset]) => list("ordered", sections, offset > 0 ? { offset } : {})),
);

/** Joins what differs in nothing that anybody can see. */
function normalise(value: Json): Json {
  if (Array.isArray(value)) return mergeTexts(value.map(normalise));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, normalise(item as Json)]),
  );
}

function mergeTexts(elements: readonly Json[]): Json[] {
  const merged: { text?: string; style?: object; type?: string }[] = [];
  for (const element of elements as { text?: string; style?: object; type?: string }[]) {
    const last = merged.at(-1);
    if (
      last?.type === "text" &&
      element.type === "text" &&
      JSON.stringify(last.style ?? {}) === JSON.stringify(element.style ?? {})
    ) {
      merged[merged.length - 1] = { ...last, text: `${last.text}${element.text}` };
    } else {
      merged.push(element);
    }
  }
  return merged as Json[];
}

describe("from Slack to Parley and back", () => {
  holds(
    "everything that both sides can say is the same",
    fc.array(element, { minLength: 1, maxLength: 1 }),
    (elements) => {
      const markdown = toMarkdown(elements);
      const back = mdastToRichText(parseChatMarkdown(markdown));
      expect(normalise(back)).toEqual(normalise(elements));
    },
    { runs: 250 },
  );

  holds(
    "sections, lists, quotes and code stay in their order",
    fc.uniqueArray(element, {
      minLength: 2,
      maxLength: 4,
      selector: (value) => (value as { type: string }).type,
    }),
    (elements) => {
      const back = mdastToRichText(parseChatMarkdown(toMarkdown(elements)));
      expect(normalise(back)).toEqual(normalise(elements));
    },
  );
});

const clean = (value: string): string =>
  value
    .replaceAll("\0", "\uFFFD")
    .replaceAll("\uFFFC", "")
    .split(/\r\n?|\n/)
    .map((line) => line.trim())
    .join("\n")
    .replaceAll(/\n{2,}/g, "\n\n")
    .trim();

/** What the web client shows of Markdown; raw HTML is left out there. */
const shownBy = (markdown: string): string =>
  parseMarkdown(markdown)
    .children.map((block) => {
      if (block.type === "list" && block.ordered) {
        return block.children
          .map(({ children: [only] }, index) => {
            const inner =
              only?.type === "paragraph" ? plainTextOf(readPhrasing(only.children)) : "?";
            return `${(block.start ?? 1) + index}. ${inner}`;
          })
          .join("\n");
      }
      return block.type === "paragraph"
        ? plainTextOf(readPhrasing(block.children))
        : `?${block.type}`;
    })
    .join("\n")
    .replaceAll(/\n+/g, "\n");

describe("what an agent typed without any style", () => {
  holds(
    "is what the User reads",
    anyText(300),
    (typed) => {
      expect(shownBy(toMarkdown([section(text(typed))]))).toBe(
        clean(typed).replaceAll(/\n+/g, "\n"),
      );
    },
    { runs: 250, examples: Object.values(AWKWARD_TEXTS) },
  );

  holds("reaches the User without style", anyText(100), (typed) => {
    const plain = (texts: readonly StyledText[]) =>
      texts.every((part) => hasSameStyle({ ...part, url: "" }, { url: "" }));
    for (const block of parseMarkdown(toMarkdown([section(text(typed))])).children) {
      if (block.type === "paragraph") expect(plain(readPhrasing(block.children))).toBe(true);
    }
  });
});
