import fc from "fast-check";
import type { Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import { parseChatMarkdown, parseMarkdown } from "../../../src/convert/text/markdown.ts";
import { anyText, holds } from "../../support/property.ts";

const parsed = (markdown: string): Root =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

/** Without positions, which nothing reads. */
const shapeOf = (node: Nodes): unknown =>
  JSON.parse(
    JSON.stringify(node, (key, value: unknown) => (key === "position" ? undefined : value)),
  );

/** What a plain line is made of, and what only looks like it. */
const nearlyPlain = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("a", "Zo", "é", "日本", "w", "www", "http", " ") },
      {
        weight: 3,
        arbitrary: fc.constantFrom(...". , ; ? ! ' \" ( ) / % # + - = { } ^ $ 1 2".split(" ")),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom("👋🏽", "\u00a0", "\u200b", "\ufeff", "\u2028", "\t", "\n"),
      },
      { weight: 1, arbitrary: fc.constantFrom(...Array.from("*_~`[]<>&|\\:@")) },
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(""));

describe("a line of plain words is the same tree as when it is parsed", () => {
  holds(
    "for texts of what such lines are made of",
    nearlyPlain,
    (text) => {
      expect(shapeOf(parseMarkdown(text))).toEqual(shapeOf(parsed(text)));
    },
    { runs: 500 },
  );

  // Which is no end of a line in Markdown.
  it("for an address behind a line separator", () => {
    const text = "a\u2028www.";
    expect(shapeOf(parseMarkdown(text))).toEqual(shapeOf(parsed(text)));
  });

  holds("for any text", anyText(), (text) => {
    expect(shapeOf(parseMarkdown(text))).toEqual(shapeOf(parsed(text)));
  });

  it("which is made without positions", () => {
    const words = "Where is my parcel? It isn't here (since 2 days)!";
    expect(parseChatMarkdown(words)).toEqual(parseMarkdown(words));
    expect(parseMarkdown(words).position).toBeUndefined();
    expect(parseMarkdown(`${words} *please*`).position).toBeDefined();
  });
});
