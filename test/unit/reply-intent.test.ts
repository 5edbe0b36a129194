import { describe, expect, it } from "vitest";
import { intentOf, withoutMarker } from "../../src/convert/reply-intent.ts";
import type { Json } from "../../src/json.ts";

const NOTES = ["//", "// a", "//a", " \n// a", "note:", "NOTE: a", "nOtE:a", "*note:* a", "_// a_"];
const NO_NOTES = [
  "",
  "/",
  "/ / a",
  "a // b",
  "notes: a",
  "note a",
  "a note: b",
  "https://a.example",
];
const TO_USER = ["&gt;&gt;", "&gt;&gt; a", "&gt;&gt;a", " \n&gt;&gt; a"];

describe("what an agent means a message for", () => {
  it.each(NOTES)("is a note in every mode: %j", (text) => {
    expect(intentOf({ text }, "send")).toBe("note");
    expect(intentOf({ text }, "explicit")).toBe("note");
  });

  it.each(NO_NOTES)("is a reply, or a question to the agent: %j", (text) => {
    expect(intentOf({ text }, "send")).toBe("send");
    expect(intentOf({ text }, "explicit")).toBe("ask");
  });

  it.each(TO_USER)("is a reply in every mode: %j", (text) => {
    expect(intentOf({ text }, "send")).toBe("send");
    expect(intentOf({ text }, "explicit")).toBe("send");
  });

  it.each([">> a", "&gt; a", "a &gt;&gt; b", "&amp;gt;&amp;gt; a"])(
    "has no marker in it that only looks like one: %j",
    (text) => {
      expect(intentOf({ text }, "explicit")).toBe("ask");
    },
  );
});

describe("a message without its marker", () => {
  const section = (...elements: Json[]): Json => ({ type: "rich_text_section", elements });
  const text = (value: string, more: Record<string, Json> = {}): Json => ({
    type: "text",
    text: value,
    ...more,
  });
  const rich = (...elements: Json[]): Json[] => [{ type: "rich_text", elements }];

  it.each<[string, Json[], Json[]]>([
    ["plain", rich(section(text(">> a"))), rich(section(text("a")))],
    ["alone", rich(section(text(">>"))), rich(section(text("")))],
    [
      "styled behind it",
      rich(section(text(">> "), text("a", { style: { bold: true } }))),
      rich(section(text(""), text("a", { style: { bold: true } }))),
    ],
    [
      "only the first one",
      rich(section(text(">>a >> b")), section(text(">> c"))),
      rich(section(text("a >> b")), section(text(">> c"))),
    ],
    [
      "before a list",
      rich(section(text(">> a\n")), { type: "rich_text_list", elements: [section(text("b"))] }),
      rich(section(text("a\n")), { type: "rich_text_list", elements: [section(text("b"))] }),
    ],
  ])("keeps all the rest: %s", (_, blocks, expected) => {
    const written = { text: "&gt;&gt; a &gt;&gt; b", blocks, files: ["F1"] };
    expect(withoutMarker(written)).toEqual({
      text: "a &gt;&gt; b",
      blocks: expected,
      files: ["F1"],
    });
  });

  it("is the same where there is none", () => {
    const written = { text: "a &gt;&gt; b", blocks: rich(section(text("a >> b"))) };
    expect(withoutMarker(written)).toBe(written);
    expect(withoutMarker({ text: "&gt;&gt;a" })).toEqual({ text: "a" });
  });
});
