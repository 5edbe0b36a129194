import { describe, expect, it } from "vitest";
import { USER_TEXTS } from "../../src/config/desk-rules.ts";
import { LANGUAGES } from "../../src/language.ts";
import { renderReminder } from "../../src/views/reminders.ts";
import { en } from "../../src/views/texts/en.ts";
import { userTextFor } from "../../src/views/user-texts.ts";

const texts = (userTexts = {}) => ({ userTexts, language: "nl" }) as const;
const OPENS = { at: Date.UTC(2026, 11, 28, 8), timezone: "Europe/Amsterdam" };

describe("what Users are told", () => {
  it("is in their language, else in that of the team", () => {
    const inTheirs = (language?: string) =>
      userTextFor("still-there", language === undefined ? {} : { language }, {}, texts());
    expect(inTheirs("de-AT")).toMatch(/^Sind Sie noch da/);
    expect(inTheirs("DE")).toMatch(/^Sind Sie noch da/);
    expect(inTheirs("en_GB")).toMatch(/^Are you still there/);
    for (const language of ["fr", "", "nl", undefined])
      expect(inTheirs(language)).toMatch(/^Ben je er nog/);
  });

  it("is what the configuration says, in each language that it says it in", () => {
    const given = { waiting: { nl: "Momentje" }, own: { de: "Eigenes" } };
    expect(userTextFor("waiting", {}, {}, texts(given))).toBe("Momentje");
    expect(userTextFor("waiting", { language: "en" }, {}, texts(given))).toMatch(/^Thank you/);
    expect(userTextFor("own", { language: "en" }, {}, texts(given))).toBe("Eigenes");
    expect(userTextFor("gone", {}, {}, texts(given))).toBeUndefined();
  });

  it.each([
    ["en", "Monday 28 December at 09:00"],
    ["nl", "maandag 28 december om 09:00"],
    ["de", "Montag, 28. Dezember um 09:00"],
  ])("tells in %s when it opens, as people there read it", (language, moment) => {
    expect(userTextFor("outside-hours", { language }, { opensAt: OPENS }, texts())).toContain(
      moment,
    );
  });

  it.each(LANGUAGES)("has words in %s for a day that nobody knows", (language) => {
    for (const name of USER_TEXTS) {
      const text = userTextFor(name, { language }, {}, texts());
      expect(text).not.toMatch(/[{}]|undefined/);
    }
  });

  it("is not changed by what looks like a pattern in a text", () => {
    const given = { own: { nl: "$& {opensAt} $1" } };
    expect(userTextFor("own", {}, { opensAt: OPENS }, texts(given))).toMatch(
      /^\$& maandag .* \$1$/,
    );
  });
});

it.each([
  [["S0SUPPORT", "U0ANNA"], ":bell: <!subteam^S0SUPPORT> <@U0ANNA> Ada &lt;!here&gt;"],
  ["here", ":bell: <!here> Ada &lt;!here&gt;"],
  ["nobody", ":bell: Ada &lt;!here&gt;"],
] as const)("a reminder names %s, and nobody whom a User's name does", (named, words) => {
  const { text } = renderReminder({ user: "Ada <!here>", forMs: 180_000 }, named, undefined, en);
  expect(text).toMatch(new RegExp(`^${words.replaceAll("^", "\\^")}.* has been waiting for 3 min`));
});
