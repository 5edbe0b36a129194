import { describe, expect, it } from "vitest";
import { toParley } from "../../../src/convert/to-parley/agent-reply.ts";
import { mentionedIds, NO_NAMES } from "../../../src/convert/to-parley/mentions.ts";
import type { Json } from "../../../src/json.ts";
import { link, list, quote, section, text } from "../../fixtures/conversion/rich-text.ts";
import {
  FROM_MRKDWN,
  FROM_SLACK,
  LITERAL_TEXTS,
  NAMES,
} from "../../fixtures/conversion/slack-to-parley.ts";

const ofBlocks = (elements: readonly Json[]) => ({
  text: "what Slack shows where blocks are missing",
  blocks: [{ type: "rich_text", elements }],
});

describe("what an agent wrote", () => {
  it.each(FROM_SLACK)("becomes Markdown: $construct", ({ slack, markdown, hidden = markdown }) => {
    expect(toParley(ofBlocks(slack), NAMES, { mentions: "names" })).toBe(markdown);
    expect(toParley(ofBlocks(slack), NAMES, { mentions: "hide" })).toBe(hidden);
  });

  it.each(LITERAL_TEXTS)("stays as it was typed: %s", (typed, markdown) => {
    expect(toParley(ofBlocks([section(text(typed))]), NAMES, { mentions: "names" })).toBe(markdown);
  });

  it.each(FROM_MRKDWN)("is understood without blocks: %s", (mrkdwn, markdown) => {
    expect(toParley({ text: mrkdwn }, NAMES, { mentions: "names" })).toBe(markdown);
  });

  it("comes from the text when its blocks are of other kinds", () => {
    const message = { text: "*hello*", blocks: [{ type: "section" }, null, "odd"] };
    expect(toParley(message, NO_NAMES, { mentions: "names" })).toBe("**hello**");
  });

  it("is all in the order of its blocks", () => {
    const blocks = ["one", "two"].map((word) => ({
      type: "rich_text",
      elements: [section(text(word))],
    }));
    expect(toParley({ text: "", blocks }, NO_NAMES, { mentions: "names" })).toBe("one\n\ntwo");
  });

  it.each<[Json[]]>([
    [[{ type: "rich_text" }]],
    [[{ type: "rich_text", elements: "odd" }]],
    [
      [
        {
          type: "rich_text",
          elements: [null, 1, "odd", {}, [], { type: "rich_text_section", elements: [null, {}] }],
        },
      ],
    ],
    [
      [
        {
          type: "rich_text",
          elements: [{ type: "rich_text_list", elements: [{}], indent: -3, offset: "x" }],
        },
      ],
    ],
  ])("may be malformed: %j", (blocks) => {
    expect(toParley({ text: "", blocks }, NO_NAMES, { mentions: "names" })).toMatch(/^-?$/);
  });

  it("has items of its own where a text in a list looks like a box to tick", () => {
    expect(
      toParley(ofBlocks([list("bullet", ["[ ] buy milk"])]), NAMES, { mentions: "names" }),
    ).toBe("- \\[ ] buy milk");
  });

  it.each([
    ["next to another one", [section(text("2. two\n\n1. one"))], "2\\. two\n\n1\\. one"],
    ["before a list", [section(text("2. two")), list("ordered", ["one"])], "2\\. two\n\n1. one"],
    ["in a list", [list("bullet", ["2. two"])], "- 2\\. two"],
    ["that does not count on", [section(text("2. two\n1. one"))], "2\\. two  \n1\\. one"],
    ["that counts on", [section(text("1. one\n2. two"))], "1. one  \n2. two"],
  ])("keeps a typed number %s", (_, slack, markdown) => {
    expect(toParley(ofBlocks(slack), NAMES, { mentions: "names" })).toBe(markdown);
  });

  it.each([
    [[section(text("one\ntwo"))], "one\ntwo"],
    [[quote(text("one\n- two"))], "> one\n> \\- two"],
    [[list("bullet", ["one\ntwo"])], "- one\n  two"],
    [[section(text("no heading\n---"))], "no heading\n\\---"],
    [[section(text("one\n\ntwo"))], "one\n\ntwo"],
  ])("has line feeds alone between its lines if that is wanted: %j", (slack, markdown) => {
    const options = { mentions: "names", lineBreak: "soft" } as const;
    expect(toParley(ofBlocks(slack), NAMES, options)).toBe(markdown);
  });

  it("leads nowhere but to the web", () => {
    const links = [link("javascript:alert(1)", "here"), text(" "), link("slack://open", "there")];
    expect(toParley(ofBlocks([section(...links)]), NAMES, { mentions: "names" })).toBe(
      "here (javascript:alert(1)) there (slack://open)",
    );
  });

  it("may have lists in each other, deeper than anybody can write in Slack", () => {
    const items = Array.from({ length: 5_000 }, (_, indent) =>
      list("bullet", [`item ${indent}`], { indent }),
    );
    const markdown = toParley(ofBlocks(items), NAMES, { mentions: "names" });
    expect(markdown.match(/item \d+/g)).toHaveLength(5_000);
    expect(markdown).toContain("\n                - item 8\n                - item 9\n");
  });

  it("may have 40,000 characters in one paragraph", () => {
    const long = "All is *well*, _truly_. ".repeat(1_667);
    const markdown = toParley(ofBlocks([section(text(long))]), NAMES, { mentions: "names" });
    expect(markdown.replaceAll("\\", "")).toBe(long.trim());
    expect(markdown).not.toMatch(/(?<!\\)[*_]/);
  });
});

describe("the ids that a message mentions", () => {
  it("are found in blocks and in lists, each once", () => {
    const user = { type: "user", user_id: "U1" };
    const group = { type: "usergroup", usergroup_id: "S1" };
    const channel = { type: "channel", channel_id: "C1" };
    const elements = [
      section(user, text("<@U9>")),
      list("bullet", [section(group, user)]),
      section(channel),
    ];
    expect(mentionedIds(ofBlocks(elements))).toEqual({
      users: ["U1"],
      channels: ["C1"],
      usergroups: ["S1"],
    });
  });

  it("are found in mrkdwn where there are no blocks", () => {
    expect(mentionedIds({ text: "<@U2> <@U1|anna> <#C1|x> <!subteam^S1> <!here> <@U2>" })).toEqual({
      users: ["U1", "U2"],
      channels: ["C1"],
      usergroups: ["S1"],
    });
  });
});
