import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  escapeText,
  formatMoment,
  humanise,
  shorten,
  unescapeText,
} from "../../src/convert/text/slack-text.ts";
import { splitText } from "../../src/convert/text/split-text.ts";
import type { Json } from "../../src/json.ts";
import { flattenMetadata } from "../../src/views/flatten-metadata.ts";
import { formatDuration } from "../../src/views/format-duration.ts";
import { en } from "../../src/views/texts/en.ts";
import { anyText, holds } from "../support/property.ts";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Where a text may be cut without harm. */
function boundariesOf(text: string): ReadonlySet<number> {
  return new Set([...[...segmenter.segment(text)].map(({ index }) => index), text.length]);
}

describe("escaping for Slack", () => {
  it.each([
    ["<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"],
    ["<https://evil.example|bank.example>", "&lt;https://evil.example|bank.example&gt;"],
    ["&lt;", "&amp;lt;"],
    ["*bold* :x: `code` naïve", "*bold* :x: `code` naïve"],
    ["", ""],
  ])("turns %j into %j", (text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
  });

  holds("leaves nothing that Slack could take for markup of its own", anyText(), (text) => {
    const escaped = escapeText(text);
    expect(escaped).not.toMatch(/[<>]/);
    expect(escaped).not.toMatch(/&(?!(?:amp|lt|gt);)/);
  });

  holds("is undone by unescaping, to the letter", anyText(), (text) => {
    expect(unescapeText(escapeText(text))).toBe(text);
  });
});

describe("shortening", () => {
  it.each([
    ["Hello", 5, "Hello"],
    ["Hello!", 5, "Hell…"],
    ["", 5, ""],
    ["ab👩‍👩‍👧‍👦cd", 6, "ab…"],
    ["👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 5, "…"],
    ["cafe\u0301s", 5, "caf…"],
  ])("turns %j at %i into %j", (text, limit, short) => {
    expect(shorten(text, limit)).toBe(short);
  });

  holds(
    "keeps to the limit, cuts no grapheme, and changes nothing that fits",
    fc.tuple(anyText(300), fc.integer({ min: 1, max: 120 })),
    ([text, limit]) => {
      const short = shorten(text, limit);
      expect(short.length).toBeLessThanOrEqual(limit);
      if (text.length <= limit) expect(short).toBe(text);
      else {
        expect(short.endsWith("…")).toBe(true);
        expect(text.startsWith(short.slice(0, -1))).toBe(true);
        expect(boundariesOf(text)).toContain(short.length - 1);
      }
    },
  );
});

describe("splitting", () => {
  it.each([
    ["short", 10, ["short"]],
    ["", 10, [""]],
    ["One two three", 8, ["One two ", "three"]],
    ["Hello you. Bye now", 14, ["Hello you. ", "Bye now"]],
    ["Hello, you\nBye. now", 14, ["Hello, you\n", "Bye. now"]],
    ["First one\n\nSecond\nthird", 20, ["First one\n\n", "Second\nthird"]],
    ["abcdefghij", 4, ["abcd", "efgh", "ij"]],
  ])("cuts %j at %i into %j", (text, limit, pieces) => {
    expect(splitText(text, limit)).toEqual(pieces);
  });

  holds(
    "loses nothing, keeps to the limit, and cuts no grapheme",
    fc.tuple(anyText(1_500), fc.integer({ min: 40, max: 200 })),
    ([text, limit]) => {
      const longest = Math.max(
        0,
        ...[...segmenter.segment(text)].map(({ segment }) => segment.length),
      );
      fc.pre(longest <= limit / 2);
      const pieces = splitText(text, limit);
      expect(pieces.join("")).toBe(text);
      const boundaries = boundariesOf(text);
      let at = 0;
      for (const piece of pieces) {
        expect(piece.length).toBeLessThanOrEqual(limit);
        at += piece.length;
        expect(boundaries, `a cut at ${at}`).toContain(at);
      }
    },
  );

  it("gets on with a grapheme that is longer than the limit", () => {
    const monster = `e${"\u0301".repeat(500)}`;
    const pieces = splitText(`a ${monster} b`, 100);
    expect(pieces.join("")).toBe(`a ${monster} b`);
    for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(100);
  });
});

describe("humanising", () => {
  it.each([
    ["question_too_complex", "Question too complex"],
    ["user-asked-for-agent", "User asked for agent"],
    ["questionTooComplex", "Question too complex"],
    ["Needs a human, quickly!", "Needs a human, quickly!"],
    ["needs iPhone help", "Needs iPhone help"],
    ["HTTP_500", "HTTP 500"],
    ["  padded  ", "Padded"],
    ["", ""],
  ])("reads %j as %j", (code, words) => {
    expect(humanise(code)).toBe(words);
  });
});

describe("moments and durations", () => {
  it("shows a moment in the reader's own time zone, with UTC to fall back on", () => {
    expect(formatMoment(1_767_225_600_999)).toBe(
      "<!date^1767225600^{date_short_pretty} {time}|2026-01-01 00:00 UTC>",
    );
  });

  const [MINUTE, HOUR] = [60_000, 3_600_000];
  it.each([
    [0, "under a minute"],
    [MINUTE - 1, "under a minute"],
    [MINUTE, "1 min"],
    [HOUR - 1, "59 min"],
    [HOUR, "1 h"],
    [48 * HOUR - 1, "47 h"],
    [48 * HOUR, "2 days"],
    [1000 * HOUR, "41 days"],
  ])("says %i ms as %s", (ms, words) => {
    expect(formatDuration(ms, en)).toBe(words);
  });
});

describe("flattening metadata", () => {
  it("names every leaf by its path, in the order given", () => {
    expect(
      flattenMetadata({
        order: { id: 42, lines: [{ sku: "a" }, { sku: null }], notes: [], more: {} },
        urgent: false,
        "": "nameless",
      }),
    ).toEqual([
      { name: "order.id", value: "42" },
      { name: "order.lines[0].sku", value: "a" },
      { name: "order.lines[1].sku", value: "null" },
      { name: "order.notes", value: "[]" },
      { name: "order.more", value: "{}" },
      { name: "urgent", value: "false" },
      { name: "", value: "nameless" },
    ]);
  });

  it("has nothing to say about an empty object", () => {
    expect(flattenMetadata({})).toEqual([]);
  });

  const leavesOf = (value: unknown): unknown[] => {
    if (typeof value !== "object" || value === null) return [String(value)];
    const items = Object.values(value);
    if (items.length === 0) return [Array.isArray(value) ? "[]" : "{}"];
    return items.flatMap(leavesOf);
  };

  holds(
    "leaves no value out",
    fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1 }),
    (value) => {
      const flat = flattenMetadata(value as Json);
      expect(flat.map((field) => field.value)).toEqual(leavesOf(value));
    },
  );
});
