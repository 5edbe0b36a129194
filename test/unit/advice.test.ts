import { describe, expect, it } from "vitest";
import { ParleyAccessError, ParleyApiError } from "../../src/errors.ts";
import { toServiceId, toUserId } from "../../src/ids.ts";
import { LANGUAGES } from "../../src/language.ts";
import { adviceFor } from "../../src/views/advice.ts";
import { en } from "../../src/views/texts/en.ts";
import { textsFor } from "../../src/views/texts/texts-for.ts";
import { ERRORS, REFUSED } from "./every-error.ts";

const BOT = { id: toServiceId("bot"), name: "Bot Service" };
const OPEN = { userId: toUserId("11111"), state: "open" } as const;

describe("advice for an agent", () => {
  describe.each(LANGUAGES)("in %s", (language) => {
    it.each(Object.entries(ERRORS))(
      "on %s is whole sentences without the error's own words",
      (_, error) => {
        const advice = adviceFor(error, OPEN, textsFor(language));
        expect(advice).toMatch(/^\p{Lu}.{20,}\.$/u);
        expect(advice).not.toContain(error.message);
        expect(advice).not.toMatch(/undefined|\[object|ECONN|SQLITE|TypeError/);
      },
    );
  });

  it("names what Parley said, or else the HTTP status", () => {
    expect(adviceFor(REFUSED, OPEN, en)).toContain("(message_too_long)");
    expect(adviceFor(new ParleyApiError("POST /x", 422, []), OPEN, en)).toContain("(HTTP 422)");
  });

  it("does not blame the text when Parley refuses us altogether", () => {
    const advice = adviceFor(
      new ParleyAccessError("POST /x", 401, ["api_key_not_valid"]),
      OPEN,
      en,
    );
    expect(advice).toMatch(/refuses this bridge.*whoever runs this bridge/);
    expect(advice).not.toContain("text");
  });

  it("does not blame the text when Parley was broken for too long", () => {
    expect(adviceFor(new ParleyApiError("POST /x", 500, []), OPEN, en)).toBe(
      adviceFor(ERRORS.network, OPEN, en),
    );
  });

  it("never tells to send again blindly what may have arrived", () => {
    expect(adviceFor(ERRORS.uncertain, OPEN, en)).toMatch(
      /may or may not have arrived.*If the User/,
    );
  });

  const closed = ERRORS["conversation-closed"];
  it.each([
    ["handed-back", { at: 0, to: BOT }, /handed back to Bot Service.*\/parley-owner 11111/],
    ["handed-back", { at: 0 }, /handed back to another Service/],
    ["taken-away", { at: 0, to: BOT }, /^Bot Service has this User now.*\/parley-owner 11111/],
    ["merged", { at: 0 }, /goes on in another thread/],
  ] as const)("on a closed conversation says where the User is: %s", (state, ending, words) => {
    expect(adviceFor(closed, { ...OPEN, state, ending }, en)).toMatch(words);
  });

  it("on a closed conversation says so if the User is with us again", () => {
    const advice = adviceFor(closed, OPEN, en);
    expect(advice).toMatch(/with us in another thread/);
    expect(advice).not.toContain("/parley-owner");
  });

  it("on a conversation that is not known says how to find the User, and not that it is old", () => {
    const advice = adviceFor(closed, undefined, en);
    expect(advice).toMatch(/\/parley-owner with that id/);
    expect(advice).not.toMatch(/too old/);
  });
});
