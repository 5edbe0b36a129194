import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Conversation,
  end,
  openConversation,
  withUserMessages,
} from "../../src/bridge/conversation.ts";
import { withHandingBack } from "../../src/bridge/ownership/handing-back.ts";
import { withHandover } from "../../src/bridge/ownership/with-handover.ts";
import { defined } from "../../src/defined.ts";
import { makeConversationId, toItemId, toServiceId, toUserId } from "../../src/ids.ts";
import type { Json } from "../../src/json.ts";
import { answered as reply } from "../support/answered.ts";
import { holds } from "../support/property.ts";

const BOT = { id: toServiceId("bot"), name: "Bot Service" };

const OPEN = openConversation({
  id: makeConversationId(toUserId("11111"), toItemId("x")),
  userId: toUserId("11111"),
  user: { name: "Ada" },
  openedAt: 1_000,
  metadata: { reason: "x" },
});

describe("a conversation", () => {
  it("is open at first, and its User waits", () => {
    expect(OPEN).toMatchObject({
      state: "open",
      waitingSince: 1_000,
      userMessages: 0,
      agentMessages: 0,
    });
  });

  it("waits since the oldest message that nobody answered", () => {
    const answered = reply(OPEN);
    expect(answered).not.toHaveProperty("waitingSince");
    const waiting = withUserMessages(withUserMessages(answered, 2, 5_000), 1, 6_000);
    expect(waiting).toMatchObject({ waitingSince: 5_000, userMessages: 3, agentMessages: 1 });
    expect(withUserMessages(OPEN, 1, 9_000).waitingSince).toBe(1_000);
  });

  it("takes in what a further handover tells, field by field, and keeps what it does not", () => {
    const told = withHandover(
      openConversation({ ...OPEN, metadata: { reason: "x", order: { id: "A-1", paid: false } } }),
      { user: { email: "ada@example.com" }, metadata: { order: { paid: true }, more: [1] } },
      2_000,
    );
    expect(told).toMatchObject({
      user: { name: "Ada", email: "ada@example.com" },
      metadata: { reason: "x", order: { id: "A-1", paid: true }, more: [1] },
    });
    expect(told).not.toHaveProperty("furtherReasons");
    expect(withHandover(OPEN, { user: { name: "Ada L." } }, 2_000).metadata).toEqual({
      reason: "x",
    });
  });

  it.each<[string, Json | undefined, Json | undefined, Json | undefined]>([
    ["text, then fields", "x", { order: 1 }, { reason: "x", order: 1 }],
    ["fields, then text", { order: 1 }, "y", { order: 1, reason: "y" }],
    ["a list, then fields", [1], { order: 1 }, { metadata: [1], order: 1 }],
    ["no reason, then one", { order: 1 }, { reason: "y" }, { order: 1, reason: "y" }],
    ["a reason that is no text, then one", { reason: 7 }, { reason: "y" }, { reason: 7 }],
    ["reasons that are objects", { reason: { a: 1 } }, { reason: { b: 2 } }, { reason: { a: 1 } }],
    [
      "fields that say nothing now",
      { a: 1, b: { c: 2 } },
      { a: null, b: { c: "" } },
      { a: 1, b: { c: 2 } },
    ],
    ["a field that says nothing at first", { a: null }, { a: 1, b: null }, { a: 1, b: null }],
    ["a reason, then none", { reason: "x" }, { reason: null, order: 1 }, { reason: "x", order: 1 }],
    ["nothing, then fields", undefined, { order: 1 }, { order: 1 }],
    [
      "a field with a name that JavaScript uses itself",
      { reason: "x" },
      JSON.parse('{"__proto__": {"reason": "y"}}') as Json,
      JSON.parse('{"reason": "x", "__proto__": {"reason": "y"}}') as Json,
    ],
  ])("adds the metadata of two handovers: %s", (_, first, later, both) => {
    const opened = openConversation({ ...OPEN, ...defined({ metadata: first }) });
    const { metadata: __, ...bare } = opened;
    const start = first === undefined ? bare : opened;
    const told = withHandover(start, defined({ metadata: later }), 2_000).metadata;
    expect(JSON.stringify(told)).toBe(JSON.stringify(both));
  });

  it("keeps the first reason and lists later ones with their time, each once", () => {
    const tell = (c: Conversation, metadata: Json, at: number) => withHandover(c, { metadata }, at);
    const twice = tell(tell(OPEN, { reason: "asked_again" }, 2_000), "angry", 3_000);
    expect(twice.metadata).toEqual({ reason: "x" });
    const furtherReasons = [
      { reason: "asked_again", at: 2_000 },
      { reason: "angry", at: 3_000 },
    ];
    expect(twice.furtherReasons).toEqual(furtherReasons);
    expect(tell(twice, { reason: "x" }, 4_000)).toBe(twice);
    const { furtherReasons: [, , coded] = [] } = tell(twice, { reason: { code: 7 } }, 4_000);
    expect(coded).toEqual({ reason: '{"code":7}', at: 4_000 });
    const numbered = openConversation({ ...OPEN, metadata: { reason: 7 } });
    expect(tell(numbered, { reason: 7 }, 2_000)).toBe(numbered);
    expect(tell(numbered, "angry", 2_000).furtherReasons).toEqual([{ reason: "angry", at: 2_000 }]);
    expect(tell(twice, { reason: "asked_again" }, 4_000)).toBe(twice);
  });

  it.each([
    ["goes on behind it", [1, 2], [3], [1, 2, 3]],
    ["repeats its end", [1, 2, 1, 2], [1, 2, 3], [1, 2, 1, 2, 3]],
    ["repeats all of it", [1, 2], [1, 2, 3], [1, 2, 3]],
    ["is in the middle of it", [1, 2, 3], [2], [1, 2, 3]],
    ["is empty", [1, 2], [], [1, 2]],
    ["is the first", [], [1], [1]],
  ])("joins a further transcript that %s", (_, first, later, all) => {
    const lines = (numbers: number[]) => numbers.map((n) => ({ from: "bot", text: `line ${n}` }));
    const opened = openConversation({ ...OPEN, transcript: lines(first) });
    const told = withHandover(opened, { transcript: lines(later) }, 2_000);
    expect(told.transcript).toEqual(lines(all));
    if (first.length === all.length) expect(told).toBe(opened);
  });

  it("is the same object when a handover tells nothing new", () => {
    expect(withHandover(OPEN, {}, 2_000)).toBe(OPEN);
    expect(withHandover(OPEN, { user: { name: "Ada" }, metadata: { reason: "x" } }, 2_000)).toBe(
      OPEN,
    );
    expect(withHandover(OPEN, { metadata: "x" }, 2_000)).toBe(OPEN);
    expect(withHandover(OPEN, {}, 2_000)).toBe(OPEN);
  });

  it("does not grow without end, however often and however much it is told", () => {
    let told = OPEN;
    for (let n = 0; n < 30; n++) {
      const big = "x".repeat(100_000);
      const transcript = [{ from: "bot", text: `${n} ${big}` }];
      told = withHandover(
        told,
        { metadata: { reason: `${n} ${big}`, [`f${n}`]: big }, transcript },
        n,
      );
    }
    expect(JSON.stringify(told).length).toBeLessThan(2.2 * 1024 * 1024);
    expect(told.metadata).toMatchObject({ reason: "x", f29: expect.any(String) });
    expect(told.furtherReasons?.at(-1)?.reason).toMatch(/^29 x+…$/);
    expect(told.transcript?.at(-1)?.text).toMatch(/^29 x/);
  });

  it("is handed back to one Service at a time, and after a minute to whoever comes next", () => {
    const first = withHandingBack(OPEN, BOT.id, 2_000);
    const night = toServiceId("night");
    expect(first).toMatchObject({ handingBackTo: BOT.id, handingBackSince: 2_000 });
    expect(withHandingBack(first, night, 61_999)).toBe(first);
    expect(withHandingBack(first, BOT.id, 3_000)).toMatchObject({ handingBackSince: 3_000 });
    expect(withHandingBack(first, night, 62_000)).toMatchObject({ handingBackTo: night });
    const ended = end(first, "taken-away", { at: 2_000 });
    expect(withHandingBack(ended, night, 3_000)).toBe(ended);
  });

  it("ends once, and waits for nobody then", () => {
    const handingBack: Conversation = { ...OPEN, handingBackTo: BOT.id };
    const ended = end(handingBack, "handed-back", { at: 2_000, to: BOT, by: "U0ANNA" });
    expect(ended).toMatchObject({ state: "handed-back", ending: { at: 2_000, to: BOT } });
    expect(ended).not.toHaveProperty("waitingSince");
    expect(ended).not.toHaveProperty("handingBackTo");
    expect(end(ended, "taken-away", { at: 3_000 })).toBe(ended);
  });

  const change = fc.oneof(
    fc.constant((c: Conversation) => reply(c)),
    fc.nat().map((at) => (c: Conversation) => withUserMessages(c, 1, at)),
    fc
      .string()
      .map((reason) => (c: Conversation) => withHandover(c, { metadata: { reason } }, 2_000)),
    fc
      .tuple(
        fc.constantFrom("handed-back" as const, "taken-away" as const, "merged" as const),
        fc.nat(),
      )
      .map(
        ([state, at]) =>
          (c: Conversation) =>
            end(c, state, { at }),
      ),
  );

  holds("never opens again, and never changes how it ended", fc.array(change), (changes) => {
    let current: Conversation = OPEN;
    let ended: Conversation | undefined;
    for (const apply of changes) {
      current = apply(current);
      if (ended) expect(current).toMatchObject({ state: ended.state, ending: ended.ending });
      else if (current.state !== "open") ended = current;
      expect(current.state === "open").toBe(current.ending === undefined);
    }
  });
});
