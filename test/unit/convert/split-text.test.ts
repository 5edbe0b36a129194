import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { graphemesOf, toGraphemes } from "../../../src/convert/text/graphemes.ts";
import { splitMarkdown } from "../../../src/convert/text/split-markdown.ts";
import { splitText } from "../../../src/convert/text/split-text.ts";
import { AWKWARD_TEXTS } from "../../fixtures/conversion/awkward-texts.ts";
import { anyText, holds } from "../../support/property.ts";

const lengths = (pieces: readonly string[]) => pieces.map(({ length }) => length);

/** Graphemes longer than the smallest limit of these tests may be cut. */
const isHuge = (text: string) => toGraphemes(text).some(({ length }) => length > 40);

const textAndLimit = fc.record({ text: anyText(2_000), limit: fc.integer({ min: 80, max: 500 }) });

describe("a long text", () => {
  it.each([
    ["after a paragraph", "One two. Three\n\nfour", 18, ["One two. Three\n\n", "four"]],
    ["after a line", "One two. Three\nfour five", 20, ["One two. Three\n", "four five"]],
    [
      "after a sentence",
      "One two. Three? Four five six",
      20,
      ["One two. Three? ", "Four five six"],
    ],
    [
      "after a sentence without spaces",
      "一二三四五六七。八九十",
      10,
      ["一二三四五六七。", "八九十"],
    ],
    ["after a word", "One two three four", 10, ["One two ", "three four"]],
    ["between graphemes", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 25, ["👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"]],
    ["before a flag", "xxxxx🇳🇱🇧🇪", 10, ["xxxxx🇳🇱", "🇧🇪"]],
    ["before the line end of Windows", "xxxxxxxxx\r\nyy", 10, ["xxxxxxxxx", "\r\nyy"]],
  ])("is split %s", (_, text, limit, pieces) => {
    expect(splitText(text, limit)).toEqual(pieces);
    expect(splitMarkdown(text, limit)).toEqual(pieces);
  });

  it("ends even where nothing fits", () => {
    expect(splitText("👩‍👩‍👧‍👦", 1)).toHaveLength(11);
    expect(splitText("📦📦", 3)).toEqual(["📦", "📦"]);
  });

  it.each(Object.entries(AWKWARD_TEXTS))("loses nothing: %s", (_, text) => {
    const pieces = splitText(text, 1_000);
    expect(pieces.join("")).toBe(text);
    expect(Math.max(...lengths(pieces))).toBeLessThanOrEqual(1_000);
  });

  holds("loses no grapheme, and is cut inside of none", textAndLimit, ({ text, limit }) => {
    const pieces = splitText(text, limit);
    expect(pieces.join("")).toBe(text);
    expect(Math.max(...lengths(pieces))).toBeLessThanOrEqual(limit);
    if (!isHuge(text)) expect(pieces.flatMap(toGraphemes)).toEqual(toGraphemes(text));
  });
});

describe("long Markdown", () => {
  const fence = "```";

  it.each([
    [
      "closes a fence and opens it again with its language",
      `${fence}js\nline one\nline two\nline three\nline four\n${fence}`,
      35,
      [`${fence}js\nline one\nline two\n${fence}`, `${fence}js\nline three\nline four\n${fence}`],
    ],
    [
      "ends before a fence rather than cut it",
      `Some words before it\n${fence}\nline one\nline two\n${fence}`,
      40,
      ["Some words before it\n", `${fence}\nline one\nline two\n${fence}`],
    ],
    [
      "does not open a fence again for nothing",
      `${fence}\nline one, line two\n${fence}\nand words after it`,
      30,
      [`${fence}\nline one, line two\n${fence}\n`, "and words after it"],
    ],
    [
      "keeps a fence in its quote",
      `> ${fence}\n> line one\n> line two\n> line three\n> ${fence}`,
      40,
      [`> ${fence}\n> line one\n> line two\n> ${fence}`, `> ${fence}\n> line three\n> ${fence}`],
    ],
    [
      "takes a longer fence for what it is",
      `${fence}${fence}\n${fence}\nline one\n${fence}\nline two\n${fence}${fence}`,
      32,
      [
        `${fence}${fence}\n${fence}\nline one\n${fence}\n${fence}${fence}`,
        `${fence}${fence}\nline two\n${fence}${fence}`,
      ],
    ],
    [
      "takes code between words for no fence",
      `${fence}one two${fence} three four\nfive six seven`,
      30,
      [`${fence}one two${fence} three four\n`, "five six seven"],
    ],
    [
      "says the head of a table again, also in a quote",
      "Prices:\n\n> | a | b |\n> | --- | --- |\n> | 1 | 2 |\n> | 3 | 4 |\n> | 5 | 6 |\n\nand words",
      60,
      [
        "Prices:\n\n> | a | b |\n> | --- | --- |\n> | 1 | 2 |\n",
        "> | a | b |\n> | --- | --- |\n> | 3 | 4 |\n> | 5 | 6 |\n\n",
        "and words",
      ],
    ],
    [
      "ends before a table rather than behind its head",
      "Some words, and more\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |",
      50,
      ["Some words, and more\n\n", "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |"],
    ],
    [
      "does not say a head again that takes half of a piece, nor one behind the last row",
      "| one long head |\n| --- |\n| 1 |\n| 2 |\n| 3 |\n| 4 |\n\nwords and words",
      40,
      ["| one long head |\n| --- |\n| 1 |\n| 2 |\n", "| 3 |\n| 4 |\n\nwords and words"],
    ],
    [
      "is not cut in a link",
      "see it [on our own page](https://a.example/b)",
      40,
      ["see it ", "[on our own page](https://a.example/b)"],
    ],
    [
      "is not cut in an escape",
      `${"x".repeat(19)}\\*${"y".repeat(10)}`,
      20,
      ["x".repeat(19), `\\*${"y".repeat(10)}`],
    ],
    [
      "is not cut in a bold part",
      "some words **three bold words** and",
      26,
      ["some words ", "**three bold words** and"],
    ],
  ])("%s", (_, text, limit, pieces) => {
    expect(splitMarkdown(text, limit)).toEqual(pieces);
  });

  it.each(Object.entries(AWKWARD_TEXTS))("loses nothing but gains fence lines: %s", (_, text) => {
    const pieces = splitMarkdown(text, 1_000);
    expect(Math.max(...lengths(pieces))).toBeLessThanOrEqual(1_000);
    expect(withoutFences(pieces.join("\n"))).toBe(withoutFences(text));
  });

  holds("loses no grapheme, and is cut inside of none", textAndLimit, ({ text, limit }) => {
    const pieces = splitMarkdown(text, limit);
    expect(Math.max(...lengths(pieces))).toBeLessThanOrEqual(limit);
    expect(withoutFences(pieces.join("\n"))).toBe(withoutFences(text));
    if (/[`~]{3}/.test(text)) return;
    expect(pieces.join("")).toBe(text);
    if (!isHuge(text)) expect(pieces.flatMap(toGraphemes)).toEqual(toGraphemes(text));
  });

  holds(
    "begins each piece with the head of the table that is in it",
    fc.record({
      rows: fc.array(fc.stringMatching(/^\| [a-z ]{1,30} \| [a-z ]{1,9} \|$/), {
        minLength: 5,
        maxLength: 60,
      }),
      limit: fc.integer({ min: 120, max: 300 }),
    }),
    ({ rows, limit }) => {
      const head = "| one | two |\n| --- | --- |\n";
      const pieces = splitMarkdown(`${head}${rows.join("\n")}\n`, limit);
      expect(Math.max(...lengths(pieces))).toBeLessThanOrEqual(limit);
      for (const piece of pieces) expect(piece.startsWith(head)).toBe(true);
      expect(pieces.map((piece) => piece.slice(head.length)).join("")).toBe(`${rows.join("\n")}\n`);
    },
  );

  holds(
    "has only whole fences in each piece",
    fc.record({
      lines: fc.array(fc.stringMatching(/^[a-z ();]{0,60}$/), { minLength: 5, maxLength: 60 }),
      limit: fc.integer({ min: 100, max: 300 }),
    }),
    ({ lines, limit }) => {
      const text = `Before it\n\n${fence}ts\n${lines.join("\n")}\n${fence}\n\nAfter it`;
      const pieces = splitMarkdown(text, limit);
      for (const piece of pieces) {
        const fences = piece.match(/^```(?:ts)?$/gm) ?? [];
        expect(fences).toEqual(fences.map((_, index) => (index % 2 === 0 ? "```ts" : "```")));
        expect(fences.length % 2).toBe(0);
      }
      expect(withoutFences(pieces.join("\n"))).toBe(withoutFences(text));
    },
  );

  /** The words alone: white space, fences and a language may be said twice. */
  const withoutFences = (text: string) =>
    text.replaceAll(/^[ >]*(?:`{3,}|~{3,})[^\n`]*$/gm, "").replaceAll(/[\s`~>]/g, "");
});

it("no line of quote signs takes long", () => {
  for (const signs of ["> ", ">  ", " >", ">", "> > "]) {
    for (const text of [
      `${signs.repeat(2_000)}\n${"a".repeat(2_800)}`,
      `${"a".repeat(2_800)}\n${signs.repeat(2_000)}x\n${"a".repeat(2_800)}`,
      `\`\`\`\n${signs.repeat(2_000)}\n${"a".repeat(2_800)}\n\`\`\``,
    ]) {
      expect(splitMarkdown(text, 2_800).join("").length).toBeGreaterThanOrEqual(text.length);
    }
  }
});

it("a grapheme has boundaries at its ends only", () => {
  const text = "a👩‍👩‍👧‍👦e\u0301";
  const { isBoundary } = graphemesOf(text, text.length);
  const boundaries = Array.from({ length: text.length + 1 }, (_, index) => index).filter(
    isBoundary,
  );
  expect(boundaries).toEqual([0, 1, 12, 14]);
});
