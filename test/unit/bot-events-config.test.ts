import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { ConfigError } from "../../src/errors.ts";
import { MINIMAL_ENV } from "../support/minimal-env.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const NEXT = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;

const read = (given: Readonly<Record<string, string>>) =>
  readConfig({ ...MINIMAL_ENV, ...given }).botEvents;

function problemsOf(given: Readonly<Record<string, string>>): readonly string[] {
  try {
    read(given);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

describe("where the bot is told what becomes of its handovers", () => {
  it("is nowhere unless it is said", () => {
    expect(read({})).toBeUndefined();
    expect(read({ BOT_EVENTS_ALLOW_PRIVATE: "true" })).toBeUndefined();
  });

  it("is an address with one secret, or with two while one replaces the other", () => {
    const url = "https://bot.example/events";
    const secretsOf = (text: string) =>
      read({ BOT_EVENTS_URL: url, BOT_EVENTS_SECRET: text })?.secrets.map((each) => each.reveal());
    expect(secretsOf(SECRET)).toEqual([SECRET]);
    expect(secretsOf(`${SECRET}  ${NEXT}`)).toEqual([SECRET, NEXT]);
  });

  it.each([
    ["http://bot.example/events", /must begin with https/],
    ["https://127.0.0.1/events", /private address/],
    ["https://10.1.2.3/events", /private address/],
    ["https://0x7f.1/events", /private address/],
    ["https://[::1]/events", /private address/],
    ["https://[::ffff:127.0.0.1]/events", /private address/],
    ["https://169.254.169.254/latest", /private address/],
    ["https://user:pass@bot.example/events", /must not hold a user or a password/],
    ["ftp://bot.example/events", /must be an http/],
    ["bot.example", /must be an http/],
  ])("is not %s", (url, problem) => {
    const found = problemsOf({ BOT_EVENTS_URL: url, BOT_EVENTS_SECRET: SECRET });
    expect(found).toEqual([expect.stringMatching(problem)]);
    expect(found.join()).not.toContain("pass@");
  });

  it.each(["http://127.0.0.1:4000/events", "http://bot.internal/events", "https://[::1]/events"])(
    "may be %s where private addresses are allowed",
    (url) => {
      const given = { BOT_EVENTS_URL: url, BOT_EVENTS_SECRET: SECRET };
      expect(read({ ...given, BOT_EVENTS_ALLOW_PRIVATE: "true" })?.url).toBe(url);
    },
  );

  it.each([
    [undefined, /^BOT_EVENTS_SECRET is missing; make one with: /],
    ["a long text that somebody has chosen", /^BOT_EVENTS_SECRET must look like whsec_/],
    [`whsec_${Buffer.alloc(23).toString("base64")}`, /^BOT_EVENTS_SECRET must look like whsec_/],
    [`whsec_${Buffer.alloc(65).toString("base64")}`, /^BOT_EVENTS_SECRET must look like whsec_/],
    [`${SECRET} ${NEXT} ${SECRET}`, /^BOT_EVENTS_SECRET must look like whsec_/],
  ])("is refused with the secret %s", (secret, problem) => {
    const url = { BOT_EVENTS_URL: "https://bot.example/events" };
    const found = problemsOf(secret === undefined ? url : { ...url, BOT_EVENTS_SECRET: secret });
    expect(found).toEqual([expect.stringMatching(problem)]);
    if (secret !== undefined) expect(found.join()).not.toContain(secret);
  });

  it("says that a secret without an address has no effect", () => {
    expect(problemsOf({ BOT_EVENTS_SECRET: SECRET })).toEqual([
      expect.stringMatching(/^BOT_EVENTS_URL is missing/),
    ]);
  });
});
