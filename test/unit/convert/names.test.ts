import { describe, expect, it } from "vitest";
import { cleanName } from "../../../src/convert/text/clean-name.ts";
import { parseMarkdown } from "../../../src/convert/text/markdown.ts";
import { readPhrasing } from "../../../src/convert/text/read-phrasing.ts";
import { plainTextOf } from "../../../src/convert/text/styled-text.ts";
import { attribute } from "../../../src/convert/to-parley/attribute.ts";

describe("a name that an agent chose", () => {
  it.each([
    ["Anna Berg", "Anna Berg"],
    ["  Anna \n\t Berg ", "Anna Berg"],
    ["Anna\u202e Berg\u200b", "Anna Berg"],
    ["\ud83dAnna", "Anna"],
    ["می‌خواهم 👩‍💻", "می‌خواهم 👩‍💻"],
    ["\u200d \u2800\u3164", ""],
    ["\u0000", ""],
  ])("is one line of what can be seen: %j", (name, clean) => {
    expect(cleanName(name)).toBe(clean);
  });

  it("is cut between graphemes", () => {
    expect(cleanName("👩‍👩‍👧‍👦".repeat(5_000))).toMatch(/^(?:👩‍👩‍👧‍👦)+…$/u);
    expect(cleanName("👩‍👩‍👧‍👦".repeat(5_000)).length).toBeLessThanOrEqual(80);
  });

  it.each([
    "*Anna*",
    "# Anna",
    "1. Anna",
    "- Anna",
    "> Anna",
    "[Anna](https://a.example)",
    "<b>Anna</b>",
    "`Anna`",
    "https://a.example",
    "www.a.example",
    "anna@a.example",
    "&lt;Anna",
    "Anna\\",
  ])("is text in front of a text: %s", (name) => {
    const [paragraph, ...more] = parseMarkdown(attribute(name, "Hello")).children;
    expect(more).toEqual([]);
    const looks = paragraph?.type === "paragraph" ? readPhrasing(paragraph.children) : [];
    expect(plainTextOf(looks).replaceAll("\u2060", "")).toBe(`${name}: Hello`);
    expect(looks.filter((piece) => Object.keys(piece).length > 1)).toEqual([]);
  });

  it.each(["- one\n- two", "> quoted", "```\ncode\n```", "# heading"])(
    "stands above what is no paragraph: %s",
    (markdown) => {
      expect(attribute("Anna", markdown)).toBe(`Anna:\n\n${markdown}`);
    },
  );
});
