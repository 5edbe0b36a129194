import { describe, expect, it } from "vitest";
import { isId, parseId, toServiceId } from "../../src/ids.ts";
import { addressOf } from "../../src/parley/media-address.ts";
import { parseCallback } from "../../src/parley/parse-callback.ts";
import { parsePermalink } from "../../src/slack/permalink.ts";

const GOOD = [
  "7",
  "11111",
  "a.b",
  "customer 7",
  "Jlk9e7cSf9g3FFsaqe39",
  "é",
  "x".repeat(200),
  "..a",
];
const BAD = [
  "",
  " ",
  ".",
  "..",
  "...",
  "../services",
  "7/..",
  "7\\..\\8",
  "7\n8",
  "7\u0000",
  "7\u202e",
  "7\u2066",
  "7\u20288",
  "7\ud83d",
  "x".repeat(201),
  "7".repeat(500_000),
];
const SELF = toServiceId("us");

describe("an id from outside", () => {
  it.each(GOOD)("is %s", (id) => {
    expect(parseId(id)).toBe(id);
  });

  it.each(BAD)("is never %j", (id) => {
    expect(parseId(id)).toBeUndefined();
  });

  it.each([undefined, null, true, {}, [], 1.5, Number.NaN, 2 ** 60])("is not %j", (value) => {
    expect(parseId(value)).toBeUndefined();
  });

  it("may be a whole number, or have white space around it", () => {
    expect(parseId(7)).toBe("7");
    expect(parseId(" 7 ")).toBe("7");
    expect(isId("7")).toBe(true);
  });
});

describe.each(BAD)("%j", (id) => {
  const user = { id, uniqueIdentifier: id, additionalInformation: { name: "Ada" } };

  it("names no User in a callback", () => {
    for (const body of [
      { type: "message", body: { id: 1, message: "Hi", user } },
      { type: "message", body: { id: 1, message: "Hi", userId: id } },
      { type: "event", body: { name: "startTyping", user } },
      { type: "action", body: { name: "handover", body: { newOwner: "us" }, user } },
    ]) {
      const event = parseCallback(body, SELF);
      expect(event.kind).toBe("unknown");
      expect(JSON.stringify(event).length).toBeLessThan(1_000);
    }
  });

  it("names no customer, no message and no merged User", () => {
    const message = parseCallback(
      { type: "message", body: { id, message: "Hi", user: { ...user, id: 7 } } },
      SELF,
    );
    expect(message).toMatchObject({ kind: "message", userId: "7", user: { name: "Ada" } });
    expect(JSON.stringify(message)).not.toMatch(/externalId|"id"/);
    for (const body of [
      { type: "event", body: { name: "merged", from: id, to: 7 } },
      { type: "event", body: { name: "merged", from: 7, to: { id } } },
    ]) {
      expect(parseCallback(body, SELF).kind).toBe("unknown");
    }
  });

  it("is no owner, and none that could be us", () => {
    const body = { name: "owner", newOwner: id, metadata: { reason: "x" }, user: { id: 7 } };
    const { kind } = parseCallback({ type: "action", body }, SELF);
    // An empty one says nothing about the owner.
    expect(kind).toBe(id === "" ? "handover" : "unknown");
  });

  it("leads to no file and to no thread", () => {
    const places = { apiUrl: "https://parley.example/v2.5", mediaPath: "/media", mediaHosts: [] };
    for (const media of [
      { year: "2026", month: "11", day: "25", filename: id },
      { id: `a/b/2026/11/25/${id}` },
    ]) {
      expect(addressOf(media, places)).toBeUndefined();
    }
    const link = `https://x.slack.com/archives/C1/p1700000000000100?thread_ts=${encodeURIComponent(id.toWellFormed())}`;
    expect(parsePermalink(link, "T1")).toBeUndefined();
  });
});

it("keeps the keys of a callback that nobody understands short in the log", () => {
  const event = parseCallback({ ["k".repeat(100_000)]: 1 }, SELF);
  expect(JSON.stringify(event).length).toBeLessThan(200);
});
