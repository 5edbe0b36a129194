import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import slackEmoji from "../../../src/convert/to-parley/slack-emoji.json" with { type: "json" };
import { isKnownEmoji, toEmoji } from "../../../src/convert/to-parley/to-emoji.ts";
import { defined } from "../../../src/defined.ts";

describe("src/convert/to-parley/slack-emoji.json", () => {
  it("is what `npm run emoji:names` wrote, changed by no hand", () => {
    const digest = createHash("sha256").update(JSON.stringify(slackEmoji)).digest("hex");
    expect(digest).toBe("ef37d13386df0050dc568fdbae03f2861d7cffd934c245561877f1715ede6ea5");
    expect(Object.keys(slackEmoji.names).length).toBeGreaterThan(1_800);
  });
});

describe("an emoji code", () => {
  it.each([
    ["+1", "👍"],
    ["thumbsup", "👍"],
    ["heart", "❤️"],
    ["relaxed", "☺️"],
    ["one", "1️⃣"],
    ["flag-nl", "🇳🇱"],
    ["male-technologist", "👨‍💻"],
    ["+1::skin-tone-2", "👍🏻"],
    ["male-technologist::skin-tone-6", "👨🏿‍💻"],
    ["man_in_business_suit_levitating::skin-tone-4", "🕴🏽"],
    ["people_holding_hands::skin-tone-2-6", "🧑🏻‍🤝‍🧑🏿"],
    ["people_holding_hands::skin-tone-4", "🧑🏽‍🤝‍🧑🏽"],
    ["handshake::skin-tone-4", "🤝🏽"],
    ["tada::skin-tone-3", "🎉"],
    ["party_parrot", ":party_parrot:"],
    ["party_parrot::skin-tone-3", ":party_parrot::skin-tone-3:"],
  ])("is an emoji that every client knows, or stays a code: %s", (name, emoji) => {
    expect(toEmoji({ name })).toBe(emoji);
  });

  it.each([
    ["1f44b", undefined, "👋"],
    ["1f44b-1f3fd", 4, "👋🏽"],
    ["1f44b", 4, "👋🏽"],
    ["2764-fe0f", undefined, "❤️"],
    ["1f468-200d-1f4bb", 3, "👨🏼‍💻"],
    ["no-hex", undefined, "👋"],
    ["110000", undefined, "👋"],
  ])(
    "comes from Slack's own code points where it tells them: %s, tone %s",
    (unicode, skinTone, emoji) => {
      expect(toEmoji({ name: "wave", unicode, ...defined({ skinTone }) })).toBe(emoji);
    },
  );

  it("is known with and without its skin tone", () => {
    expect(
      ["wave", "wave::skin-tone-2", "party_parrot", "30", "__proto__", "constructor"].filter(
        isKnownEmoji,
      ),
    ).toEqual(["wave", "wave::skin-tone-2"]);
  });
});
