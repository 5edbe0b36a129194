import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ZodType, z } from "zod";
import { StorageError } from "../../src/errors.ts";
import type { KeyValues } from "../../src/state/key-values.ts";
import { anyText, holds } from "../support/property.ts";

/** The values of an empty state, until the end of the test. */
export type OpenValues = () => Promise<{
  open: <T>(schema: ZodType<T>) => KeyValues<T>;
  /** The same state, as the next process finds it. */
  reopen: () => Promise<KeyValues<unknown>>;
  /** Does something to the table `remembered` that no bridge does. */
  run: (sql: string) => Promise<unknown>;
}>;

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

/** What has to be kept by whatever stores values under keys. */
export function describeKeyValues(name: string, openState: OpenValues): void {
  const openForTest = async () => {
    const { open, ...state } = await openState();
    return { ...state, open, values: open(z.unknown()) };
  };

  describe(name, () => {
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
        for (const [key, value] of await again.all()) await again.set(key, value);
        const one = await Promise.all(texts.map((text, index) => again.get(keyOf(text, index))));
        expect(one).toEqual(texts.map(asJson));
        expect(new Map(await again.all())).toEqual(
          new Map(texts.map((text, index) => [keyOf(text, index), asJson(text)])),
        );
      },
      { runs: 5, examples: [['{"toJSON":1}', '":)"', '"::"', '":base64:aGk="', '{":":":"}']] },
    );

    holds(
      "are found under any key that an id can make, and under no other",
      fc.uniqueArray(
        hostileText
          .map((text) => text.replaceAll(/[\p{Cc}\p{Cs}]/gu, ""))
          .filter((text) => text !== ""),
        { minLength: 2, maxLength: 20 },
      ),
      async (names) => {
        const { values, reopen } = await openForTest();
        await Promise.all(names.map((name) => values.set(name, name)));
        const again = await reopen();
        for (const name of names) expect(await again.get(name)).toBe(name);
        expect(new Map(await again.all())).toEqual(new Map(names.map((name) => [name, name])));
      },
      { runs: 5, examples: [[":", "::", "a", "a/", "remembered", "remembered:a", "\u{10ffff}"]] },
    );

    it("are all found, however many there are", async () => {
      const { values } = await openForTest();
      const names = Array.from({ length: 2_500 }, (_, index) => `key/${index}`);
      await Promise.all(names.map((name) => values.set(name, name)));
      expect((await values.all()).map(([key]) => key).sort()).toEqual(names.toSorted());
    });

    it("tell the keys that begin so, and no others", async () => {
      const { values, reopen, run } = await openForTest();
      expect(await values.keys("a/")).toEqual([]);
      for (const name of ["a", "a/2", "a/1", "a/%", "a0", "b/1"]) await values.set(name, name);
      await run(`UPDATE remembered SET value = '{"half' WHERE key = 'a/2'`);
      expect(await (await reopen()).keys("a/")).toEqual(["a/%", "a/1", "a/2"]);
    });

    it("are gone once deleted", async () => {
      const { values, reopen } = await openForTest();
      for (const name of ["a", "b"]) await values.set(name, name);
      await values.delete("a");
      expect(await (await reopen()).all()).toEqual([["b", "b"]]);
    });

    it("that are damaged, or not understood, count as missing and affect no other", async () => {
      const { values, open, run } = await openForTest();
      for (const name of ["a", "b", "c"]) await values.set(name, name);
      await values.set("d", 7);
      await run(`UPDATE remembered SET value = '{"half' WHERE key = 'b'`);

      const texts = open(z.string());

      for (const name of ["b", "d"]) expect(await texts.get(name)).toBeUndefined();
      expect((await texts.all()).map(([key]) => key)).toEqual(["a", "c"]);
    });

    it("that cannot be read or stored are no missing ones", async () => {
      const { values, run } = await openForTest();
      await values.set("a", "a");
      await run("DROP TABLE remembered");

      await expect(values.set("b", "b")).rejects.toThrow(StorageError);
      await expect(values.get("a")).rejects.toThrow(StorageError);
      await expect(values.all()).rejects.toThrow(StorageError);
      await expect(values.delete("a")).rejects.toThrow(StorageError);
    });
  });
}
