import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { UnreadableError } from "../../src/errors.ts";
import { openKeyValues } from "../../src/state/key-values.ts";
import { anyText, holds } from "../support/property.ts";
import { makeStateFile } from "../support/state-file.ts";

const anything = z.unknown();

async function openForTest() {
  const file = await makeStateFile();
  const database = await file.open();
  return {
    database,
    values: openKeyValues(database),
    reopen: async () => openKeyValues(await file.open()),
  };
}

/** What was put first, then a text that means something to somebody on the way: to Keyv, to JSON, to JavaScript. */
const hostileText = fc
  .tuple(fc.constantFrom("", ":", "::", ":base64:", ":base64:aGk=", "toJSON", '"::'), anyText(20))
  .map((parts) => parts.join(""));

const hostileJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    hostileText,
    fc.jsonValue({ noUnicodeString: false }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom("toJSON", "__proto__", "value"), hostileText),
      tie("value"),
      {
        maxKeys: 4,
      },
    ),
  ),
})).value;

const asJson = (text: string): unknown => JSON.parse(text);

describe("values under keys", () => {
  holds(
    "come back as they were, also after a restart, and once stored again",
    // As JSON text: only what JSON can say is stored.
    fc.array(
      hostileJson.map((value) => JSON.stringify(value)),
      { minLength: 1, maxLength: 20 },
    ),
    async (texts) => {
      const { values, reopen } = await openForTest();
      const keyOf = (_: unknown, index: number) => `key/${index}`;
      await Promise.all(texts.map((text, index) => values.set(keyOf(text, index), asJson(text))));
      const again = await reopen();
      for (const [key, value] of await again.readableUnder("key", anything)) {
        await again.set(`key/${key}`, value);
      }
      const keys = texts.map(keyOf);
      const one = await Promise.all(keys.map((key) => again.get(key, anything)));
      expect(one).toEqual(texts.map(asJson));
      expect(
        new Set((await again.readable(keys, anything)).map((each) => JSON.stringify(each))),
      ).toEqual(new Set(texts.map((text) => JSON.stringify(asJson(text)))));
    },
    { runs: 5, examples: [['{"toJSON":1}', '":)"', '"::"', '":base64:aGk="', '{":":":"}']] },
  );

  holds(
    "are found under any key that an id can make, and under no other",
    fc.uniqueArray(
      hostileText.map((text) => text.replaceAll(/[\p{Cc}\p{Cs}]/gu, "")),
      { minLength: 2, maxLength: 20 },
    ),
    async (names) => {
      const { values, reopen } = await openForTest();
      await Promise.all(names.map((name) => values.set(`key/${name}`, name)));
      const again = await reopen();
      for (const name of names) expect(await again.get(`key/${name}`, anything)).toBe(name);
      expect(new Map(await again.readableUnder("key", anything))).toEqual(
        new Map(names.map((name) => [name, name])),
      );
    },
    { runs: 5, examples: [["", ":", "::", "a", "a/", "\u{10ffff}"]] },
  );

  it("that are damaged are named to whoever asks for them, and affect no other", async () => {
    const { values, database, reopen } = await openForTest();
    for (const name of ["a", "b", "c"]) await values.set(`key/${name}`, name);
    await database.write(`UPDATE keyv SET value = '{"half' WHERE key = 'key/b'`);

    const again = await reopen();

    await expect(again.get("key/b", anything)).rejects.toThrow(UnreadableError);
    expect(await again.readable(["key/a", "key/b", "key/c"], anything)).toEqual(["a", "c"]);
    expect((await again.readableUnder("key", anything)).map(([key]) => key)).toEqual(["a", "c"]);
  });

  it("that a schema refuses are left out where others are read with them", async () => {
    const { values } = await openForTest();
    await values.set("key/a", "text");
    await values.set("key/b", 7);

    await expect(values.get("key/b", z.string())).rejects.toThrow("key/b: all of it");
    expect(await values.readableUnder("key", z.string())).toEqual([["a", "text"]]);
  });
});
