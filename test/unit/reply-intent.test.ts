import { describe, expect, it } from "vitest";
import { intentOf, withoutMarker } from "../../src/convert/to-parley/reply-intent.ts";
import type { Json } from "../../src/json.ts";

const NOTES = [
  "//",
  "// a",
  "//a",
  " \n// a",
  "note:",
  "notitie: a",
  "Notiz: a",
  "NOTE: a",
  "nOtE:a",
  "*note:* a",
  "_// a_",
];
const NO_NOTES = [
  "",
  "/",
  "/ / a",
  "a // b",
  "notes: a",
  "notities: a",
  "Notizen: a",
  "noticed: a",
  "note a",
  "a note: b",
  "<@U1> a // b",
  "@Ben see note: b",
  "@Ben thinks Note: b",
  ":unlock: a",
  ":our_own_emoji: a",
  "(a // b)",
  "5 // a",
  "😀",
  "a 🔒",
  "notebook: a",
  "&gt; note: a quote\nof theirs",
  "```// code```",
  "https://a.example",
];
/** Whatever a reader passes over in front of a marker, and whatever looks like one. */
const DISGUISED = [
  "<!here> // a",
  "<@U1> // a",
  "<@U1>: // a",
  "<@U1>, <@U2|ben>\n// a",
  "<!subteam^S1|@owls> <#C1|general> note: a",
  "@Ben // a",
  "@Ben Okafor note: a",
  "@ben: Note: a",
  "\u200b// a",
  "\u200e\u200f\u2060\ufeff// a",
  "/\u200b/ a",
  "\u3164\u2800// a",
  "note : a",
  "note\uff1a a",
  "\uff2e\uff4f\uff54\uff45: a",
  "\uff0f\uff0f a",
  "<@U1> \u200b *note*: a",
  ":lock: a",
  ":lock:",
  "🔒 a",
  "*🔒* a",
  "<@U1> :closed_lock_with_key: a",
  "• // a",
  "- note: a",
  "1. // a",
  "/\ufeff/ a",
  "no\ufeffte: a",
  ":warning: // a",
  ":our_own_emoji: note: a",
  ":note: a",
  "👩🏽‍💻 note: a",
  "(note: a)",
  "[// a]",
  "... note: a",
  "! // a",
  "→ note: a",
  "| // a",
  "\u0308// a",
  ":eyes: <@U1> (// a",
];
const TO_USER = ["&gt;&gt;", "&gt;&gt; a", "&gt;&gt;a", " \n&gt;&gt; a"];

describe("what an agent means a message for", () => {
  it.each(NOTES)("is a note in every mode: %j", (text) => {
    expect(intentOf({ text }, "send")).toBe("note");
    expect(intentOf({ text }, "explicit")).toBe("note");
  });

  it.each(DISGUISED)("is a note whatever a reader passes over in front: %j", (text) => {
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

describe("what an agent means a message for, by its blocks", () => {
  const rich = (...elements: Json[]): Json => ({ type: "rich_text", elements });
  const section = (...elements: Json[]): Json => ({ type: "rich_text_section", elements });
  const words = (text: string, style = {}): Json => ({ type: "text", text, style });
  const user = { type: "user", user_id: "U1" };

  it.each<[string, Json[]]>([
    ["plain", [rich(section(words("// a")))]],
    ["in a style", [rich(section(words("note", { bold: true }), words(": a")))]],
    ["behind a mention", [rich(section(user, words(" // a")))]],
    ["behind a broadcast", [rich(section({ type: "broadcast", range: "here" }, words(" // a")))]],
    ["behind a section of mentions", [rich(section(user, user)), rich(section(words("// a")))]],
    ["behind what nobody sees", [rich(section(words("\u200b"))), rich(section(words("note：a")))]],
    [
      "with a lock",
      [rich(section({ type: "emoji", name: "lock", unicode: "1f512" }, words(" a")))],
    ],
    ["in a list", [rich({ type: "rich_text_list", elements: [section(words("// a"))] })]],
    ["with the code of a lock in Markdown", [{ type: "markdown", text: ":lock: a" }]],
    ["in Markdown", [{ type: "markdown", text: "**note:** a" }]],
    ["in a heading of Markdown", [{ type: "markdown", text: "# note: a" }]],
  ])("is a note, also where Slack tells no text: %s", (_, blocks) => {
    for (const text of ["", "a"]) {
      expect(intentOf({ text, blocks }, "send")).toBe("note");
      expect(intentOf({ text, blocks }, "explicit")).toBe("note");
    }
  });

  it.each<[string, Json[]]>([
    ["a quote", [rich({ type: "rich_text_quote", elements: [words("note: a")] })]],
    ["code", [rich({ type: "rich_text_preformatted", elements: [words("// a")] })]],
    [
      "words before a quote",
      [rich(section(words("a")), { type: "rich_text_quote", elements: [words("// b")] })],
    ],
    ["a quote in Markdown", [{ type: "markdown", text: "> note: a" }]],
    ["code in Markdown", [{ type: "markdown", text: "```\n// a\n```" }]],
    ["a table", [{ type: "table", rows: [[{ type: "raw_text", text: "note: a" }]] }]],
  ])("is no note where it shows something: %s", (_, blocks) => {
    expect(intentOf({ text: "", blocks }, "send")).toBe("send");
  });

  it("is for the User where `>>` stands in the blocks alone", () => {
    const written = { text: "", blocks: [rich(section(words(">> a")))] };
    expect(intentOf(written, "explicit")).toBe("send");
    expect(withoutMarker(written).blocks).toEqual([rich(section(words("a")))]);
  });

  it("may begin with thousands of mentions and marks", () => {
    const long = `${"@a-_- ".repeat(40_000)}x`;
    expect(intentOf({ text: long }, "send")).toBe("send");
    expect(intentOf({ text: `${"* _ ".repeat(2_000)}x` }, "send")).toBe("send");
    expect(intentOf({ text: `${":a:1. ::+".repeat(20_000)}x` }, "send")).toBe("send");
  });
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
