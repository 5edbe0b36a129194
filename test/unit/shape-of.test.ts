import fc from "fast-check";
import { expect, it } from "vitest";
import type { Json } from "../../src/json.ts";
import { shapeOf } from "../../src/ops/shape-of.ts";

it.each<[string, Json | undefined, string]>([
  ["no JSON", undefined, "no JSON"],
  ["a text", "Hi Anna", "text"],
  [
    "what is there",
    [null, true, 1, 1.5, "", "42", '{"a":1}'],
    "[1 × null, 1 × flag, 1 × whole number, 1 × number, 1 × empty text, 1 × text of digits, 1 × text like JSON]",
  ],
  [
    "an event",
    {
      type: "event",
      body: { name: "somethingNew", user: { id: "11111", uniqueIdentifier: null } },
    },
    "{type: text, body: {name: text, user: {id: text of digits, uniqueIdentifier: null}}}",
  ],
  [
    "lists",
    { items: [{ id: 1 }, { id: 2 }, { id: "x" }] },
    "{items: [2 × {id: whole number}, 1 × {id: text}]}",
  ],
  [
    "keys that are ids",
    { "11111": { name: "x" }, "anna@example.com": 1, "Anna Smith": 2 },
    "{1 × <key>: {name: text}, 2 × <key>: whole number}",
  ],
  [
    "keys of others",
    { metadata: { anna: 1, order: 2 }, additionalInformation: { name: "Anna" } },
    "{metadata: {2 × <key>}, additionalInformation: {1 × <key>}}",
  ],
  [
    "names of people as keys",
    { anna: { age: 1 }, ben: { age: 2 }, carla: { age: 3 } },
    "{3 × <key>: {age: whole number}}",
  ],
  [
    "many keys",
    Object.fromEntries("abcdefghijklmnopqrstuvwxyz".split("").map((key) => [key, 1])),
    "{26 × <key>: whole number}",
  ],
])("tells what it looks like: %s", (_, value, shape) => {
  expect(shapeOf(value)).toBe(shape);
});

it("never tells a value, nor a key that may be one, and never fails", () => {
  const marked = fc.string().map((text) => `Zz9${text}`);
  const value = fc.letrec<{ any: Json }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 5 },
      marked,
      fc.constant(7_654_321),
      fc.array(tie("any"), { maxLength: 5 }),
      fc.dictionary(fc.oneof(marked, fc.constantFrom("body", "user", "metadata")), tie("any"), {
        maxKeys: 5,
      }),
    ),
  })).any;
  fc.assert(
    fc.property(value, (json) => {
      expect(shapeOf(json)).not.toMatch(/Zz9|7654321/);
    }),
  );
});

it("does not follow what is nested without end", () => {
  let deep: Json = "x";
  for (let depth = 0; depth < 10_000; depth++) deep = [deep];
  expect(shapeOf(deep)).toContain("…");
});
