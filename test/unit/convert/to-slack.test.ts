import { describe, expect, it } from "vitest";
import { checkBlocks, textLength } from "../../../fakes/slack/block-limits.ts";
import { literalMrkdwn } from "../../../src/convert/text/literal-mrkdwn.ts";
import { unescapeText } from "../../../src/convert/text/slack-text.ts";
import { batchPosts } from "../../../src/convert/to-slack/batch-posts.ts";
import { mediaOf } from "../../../src/convert/to-slack/describe-card.ts";
import { SLACK_LIMITS } from "../../../src/convert/to-slack/slack-limits.ts";
import { toSlack } from "../../../src/convert/to-slack/user-message.ts";
import type { Json } from "../../../src/json.ts";
import { en } from "../../../src/views/texts/en.ts";
import { AWKWARD_TEXTS } from "../../fixtures/conversion/awkward-texts.ts";
import { FROM_PARLEY } from "../../fixtures/conversion/parley-to-slack.ts";
import { actingIn } from "../../support/acting-in.ts";
import { anyText, holds } from "../../support/property.ts";
import { dangersIn, leavesOf } from "../../support/rich-text-leaves.ts";

/** What an inert notification says, as it was typed. */
const typed = (text: string): string =>
  unescapeText(text)
    .replaceAll(/[\u2060\u202c\u2069]/g, "")
    .replaceAll("\u2217", "*")
    .replaceAll("\u02cd", "_")
    .replaceAll("\u223c", "~")
    .replaceAll("\u02cb", "`");

const ofText = (text: string) => toSlack({ typeId: 1, text }, en.message);

describe("what a User wrote", () => {
  it.each(FROM_PARLEY)("becomes rich text: $construct", ({ parley, slack, text }) => {
    expect(toSlack({ typeId: 1, ...parley }, en.message)).toEqual([
      {
        text: literalMrkdwn(unescapeText(text ?? parley.text ?? "")),
        blocks: [{ type: "rich_text", elements: slack }],
      },
    ]);
  });

  it.each(["", " ", "\n\t", "\u200b\u2060"])(
    "may be nothing that anybody could see: %j",
    (text) => {
      expect(ofText(text)).toEqual([{ text: "(empty message)" }]);
    },
  );

  it.each(Object.entries(AWKWARD_TEXTS))(
    "arrives whole, inert and within Slack's limits: %s",
    (_, text) => {
      const messages = ofText(text);
      for (const message of messages) {
        expect(checkBlocks(message.blocks, "message").hints).toEqual([]);
        expect(textLength(message.blocks)).toBeLessThan(SLACK_LIMITS.blockTextPerMessage);
        expect(typed(message.text).length).toBeLessThanOrEqual(3_000);
        expect(message.text).not.toMatch(/[<>]/);
        expect(dangersIn(message.blocks ?? [])).toEqual([]);
      }
      const words = (whole: string) => whole.match(/[\p{L}\p{N}]+/gu) ?? [];
      const shown = messages
        .flatMap(({ blocks = [] }) => leavesOf(blocks).map((leaf) => leaf.text))
        .join("");
      // Markdown's own words are not shown: the language of a fence, entities, the numbers of a list.
      for (const word of new Set(words(text.replaceAll(/^`{3}\w+|&#?\w+;|^\s*\d+\. /gm, " ")))) {
        if (word.length < 1_000) expect(shown).toContain(word);
      }
    },
  );

  it.each(["text", "title", "button", "quick reply", "media"])("has a %s of any length", (kind) => {
    const long = "Ham & eggs <!here>. ".repeat(400).trim();
    const messages = toSlack(
      {
        typeId: 1,
        ...(kind === "text" && { text: long }),
        ...(kind === "title" && { title: long }),
        ...(kind === "button" && { buttons: [{ type: "reply", title: long, payload: "x" }] }),
        ...(kind === "quick reply" && { quickReplies: [long] }),
        ...(kind === "media" && { media: { description: long } }),
      },
      en.message,
    );
    expect(messages.length).toBeGreaterThan(2);
    expect(messages.map(({ text }) => typed(text)).join("")).toContain(long);
    for (const { text, blocks } of messages) {
      expect(typed(text).length).toBeLessThanOrEqual(3_000);
      expect(checkBlocks(blocks, "message").hints).toEqual([]);
    }
  });

  it("has a carousel with more than one message can hold", () => {
    const card = (n: number) => ({
      title: `Card ${n}`,
      text: "words ".repeat(100),
      buttons: [{ type: "reply", title: "x" }],
    });
    const messages = toSlack(
      {
        typeId: 1,
        carousel: Array.from({ length: 30 }, (_, n) => card(n)),
      },
      en.message,
    );
    const texts = messages.map(({ text }) => text);
    expect(texts.join("\n").match(/^Card \d+$/gm)).toHaveLength(30);
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(3_000);
  });

  it("opens a code block that had to be split again", () => {
    const messages = ofText(`\`\`\`\n${"a();\n".repeat(1_000)}\`\`\``);
    expect(messages.length).toBeGreaterThan(1);
    for (const { blocks } of messages) {
      expect(blocks).toMatchObject([{ elements: [{ type: "rich_text_preformatted" }] }]);
    }
  });

  it("keeps its blocks when it is merged with others", () => {
    const words = FROM_PARLEY.slice(0, 15).flatMap(({ parley }) =>
      toSlack({ typeId: 1, ...parley }, en.message),
    );
    const merged = batchPosts(words.map((message) => ({ message, caption: "12:00" })));
    expect(checkBlocks(merged.blocks, "message").hints).toEqual([]);
    expect(merged.blocks).toHaveLength(30);
  });

  holds("never acts on anything in Slack", anyText(400), (text) => {
    const message = {
      typeId: 1,
      title: text,
      text,
      buttons: [{ type: "webUrl", title: text, payload: text }],
    };
    const shown = toSlack({ ...message, quickReplies: [text] }, en.message);
    for (const { text: notification, blocks = [] } of shown) {
      expect(notification).not.toMatch(/[<>]/);
      expect(actingIn(notification)).toEqual([]);
      expect(dangersIn(blocks)).toEqual([]);
      expect(checkBlocks(blocks, "message").hints).toEqual([]);
    }
  });

  holds("is all in the notifications of a plain message", anyText(9_000), (text) => {
    // Without code and strikes, and without the signs that stand for others here.
    const plain = text.replaceAll(/[`~\u2217\u02cd\u223c\u02cb]/g, "");
    const shown = ofText(plain).map((message) => typed(message.text));
    const visible = (whole: string) => whole.replaceAll(/[\s\p{Cc}\p{Cf}]/gu, "");
    expect(visible(shown.join(""))).toBe(visible(plain) || "(emptymessage)");
  });
});

it("the media of a message are those of its cards, too, in the order in which they are named", () => {
  const carousel = [{ media: { id: "b" } }, { title: "none" }, { media: { id: "c" } }];
  expect(mediaOf({ typeId: 1, media: { id: "a" }, carousel }).map(({ id }) => id)).toEqual([
    "a",
    "b",
    "c",
  ]);
  const [message] = toSlack({ typeId: 1, media: { id: "a" }, carousel }, en.message);
  expect(message?.text.match(/📎 \w/g)).toEqual(["📎 a", "📎 b", "📎 c"]);
});

describe("the check for dangers", () => {
  it.each<[Json]>([
    [{ type: "section", text: { type: "mrkdwn", text: "hi" } }],
    [
      {
        type: "rich_text",
        elements: [{ type: "rich_text_section", elements: [{ type: "broadcast", range: "here" }] }],
      },
    ],
    [{ type: "text", text: "see <!channel> there" }],
    [{ type: "link", url: "https://evil.example", text: "bank" }],
    [{ type: "link", url: "javascript:alert(1)" }],
    [{ type: "link", url: "https://a.example/\u202ex" }],
    [{ type: "context", elements: [] }],
  ])("finds them: %j", (block) => {
    expect(dangersIn([block])).not.toEqual([]);
  });
});
