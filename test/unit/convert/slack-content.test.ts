import { describe, expect, it } from "vitest";
import { parseMarkdown } from "../../../src/convert/text/markdown.ts";
import { toParley } from "../../../src/convert/to-parley/agent-reply.ts";
import { lostParts } from "../../../src/convert/to-parley/lost-parts.ts";
import { mentionedIds } from "../../../src/convert/to-parley/mentions.ts";
import { readSlackContent } from "../../../src/convert/to-parley/read-slack-content.ts";
import { filesIn } from "../../../src/convert/to-parley/slack-content.ts";
import type { Json } from "../../../src/json.ts";
import { describeLostPart } from "../../../src/views/lost-part.ts";
import { en } from "../../../src/views/texts/en.ts";
import { list, section, text } from "../../fixtures/conversion/rich-text.ts";
import {
  FORWARD,
  FROM_CONTENT,
  LOST_CONTENT,
  TABLE,
} from "../../fixtures/conversion/slack-content.ts";
import { NAMES } from "../../fixtures/conversion/slack-to-parley.ts";

const lostIn = (message: {
  readonly blocks?: readonly Json[];
  readonly attachments?: readonly Json[];
}) => lostParts(readSlackContent({ text: "", ...message }));

describe("what is more than a text", () => {
  it.each(FROM_CONTENT)(
    "becomes Markdown: $construct",
    ({ markdown, hidden = markdown, ...rest }) => {
      const message = { text: "", ...rest };
      expect(toParley(message, NAMES, { mentions: "names" })).toBe(markdown);
      expect(toParley(message, NAMES, { mentions: "hide" })).toBe(hidden);
      expect(lostParts(readSlackContent(message))).toEqual([]);
    },
  );

  it.each(LOST_CONTENT)(
    "is named where only Slack can show it: $construct",
    ({ lost, ...rest }) => {
      expect(lostIn(rest).map((kind) => describeLostPart(kind, en))).toEqual(lost);
    },
  );

  it("is a table for every client that knows tables", () => {
    const markdown = toParley({ text: "", blocks: [TABLE] }, NAMES, { mentions: "names" });
    const [table, ...more] = parseMarkdown(markdown).children;
    expect(more).toEqual([]);
    expect(table).toMatchObject({
      type: "table",
      children: Array(4).fill({ children: Array(2).fill({ type: "tableCell" }) }),
    });
  });

  it("brings the files of pictures and of forwarded messages", () => {
    const file = { id: "F1", name: "a.png" };
    const content = readSlackContent({
      text: "",
      blocks: [
        { type: "image", slack_file: { id: "F2" }, alt_text: "a picture" },
        {
          type: "image",
          slack_file: { url: "https://files.slack.com/files-pri/T1-F0ABC12/x.png" },
        },
        {
          type: "image",
          image_url: "https://example.slack.com/files/U1/F0DEF34/x.png",
          alt_text: "",
        },
      ],
      attachments: [{ ...FORWARD, files: [file] }],
    });
    expect(filesIn(content)).toEqual([
      { id: "F2", name: "a picture" },
      { id: "F0ABC12" },
      { id: "F0DEF34" },
      file,
    ]);
  });

  it("mentions people in tables and in forwarded messages", () => {
    const user = (id: string): Json => ({ type: "user", user_id: id });
    const blocks = [
      { type: "table", rows: [[{ type: "rich_text", elements: [section(user("U2"))] }]] },
    ];
    const message_blocks = [
      { message: { blocks: [{ type: "rich_text", elements: [section(user("U3"))] }] } },
    ];
    const attachments = [{ ...FORWARD, author_name: null, message_blocks }];
    expect(mentionedIds({ text: "", blocks, attachments }).users).toEqual(["U1", "U2", "U3"]);
  });

  it.each(["> ".repeat(6_000), "*_".repeat(6_000), "- ".repeat(30), "a ".repeat(10_000)])(
    "is text where Markdown is no prose: %j",
    (markdown) => {
      const blocks = [{ type: "markdown", text: markdown }];
      expect(readSlackContent({ text: "", blocks })).toMatchObject([{ kind: "rich" }]);
      const sent = toParley({ text: "", blocks }, NAMES, { mentions: "names" });
      expect(sent.replaceAll("\\", "")).toBe(markdown.trim());
    },
  );

  it.each<Json[]>([
    [null, 1, "odd", [], {}],
    [{ type: "table" }, { type: "table", rows: "odd" }, { type: "table", rows: [null, []] }],
    [
      { type: "section" },
      { type: "header", text: "odd" },
      { type: "context" },
      { type: "markdown" },
    ],
    [{ type: "rich_text", elements: [] }],
  ])("may be malformed, and the text stands for it: %j", (...blocks) => {
    const message = { text: "hello", blocks, attachments: blocks.slice(0, 5) };
    expect(toParley({ ...message, attachments: [] }, NAMES, { mentions: "names" })).toBe("hello");
    expect(() => toParley(message, NAMES, { mentions: "names" })).not.toThrow();
  });

  it("may have frames without anything in them", () => {
    const empty = [{ type: "rich_text_list" }, { type: "rich_text_section" }, { type: "odd" }];
    const cell = { type: "rich_text", elements: [...empty, section(text("a"))] };
    const blocks = [cell, { type: "table", rows: [[cell]] }];
    expect(toParley({ text: "", blocks }, NAMES, { mentions: "names" })).toBe(
      "a\n\n| a |\n| --- |",
    );
  });

  it.each<[string, Json[], string]>([
    ["an unknown frame", [{ type: "rich_text_panel", elements: [section(text("b"))] }], "b"],
    [
      "frames in a frame",
      [
        {
          type: "rich_text_panel",
          elements: [text("b"), section(text("c")), section(), section(text("d")), text("e")],
        },
      ],
      "b  \nc\n\nd  \ne",
    ],
    ["an unknown frame of text", [{ type: "rich_text_panel", text: "b" }], "b"],
    ["a list in a list", [list("bullet", ["b", list("bullet", ["c"])])], "- b\n- c"],
    ["a section in a quote", [{ type: "rich_text_quote", elements: [section(text("b"))] }], "> b"],
    ["words outside of any section", [text("b")], "b"],
  ])("loses no words that stand where nobody expects them: %s", (_, elements, markdown) => {
    const blocks = [{ type: "rich_text", elements: [section(text("a")), ...elements] }];
    expect(toParley({ text: "", blocks }, NAMES, { mentions: "names" })).toBe(`a\n\n${markdown}`);
    expect(lostIn({ blocks })).toEqual([]);
  });

  it("names who wrote a forwarded message on one short line, in which nothing acts", () => {
    const author_name = `Ben\u202e\n# *Okafor* ${"x".repeat(100)}`;
    const attachments = [{ ...FORWARD, author_name }];
    const [name = "", , words] = toParley({ text: "", attachments }, NAMES, {
      mentions: "names",
    }).split("\n");
    expect(name).toMatch(/^> \*\*Ben # \\\*Okafor\\\* x+…:\*\*$/);
    expect(words).toBe("> in short");
  });

  it("keeps a text beside a picture, and leaves it out beside blocks that say it again", () => {
    const words = [{ type: "rich_text", elements: [section(text("hello"))] }];
    expect(toParley({ text: "hello", blocks: words }, NAMES, { mentions: "names" })).toBe("hello");
  });
});
