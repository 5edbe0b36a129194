import { KeyvSqlite, type KeyvSqliteOptions } from "@keyv/sqlite";
import { Keyv } from "keyv";
import type { ZodType } from "zod";
import { readStored } from "../../bridge/stored/read-stored.ts";
import { StorageError } from "../../errors.ts";
import { ifReadable } from "../if-readable.ts";
import type { KeyValues } from "../key-values.ts";
import type { Database } from "./database.ts";
import type { SqlValue } from "./sqlite-operation.ts";

/** The values that stand in one table, in Keyv. */
export function openKeyValues<T>(
  database: Database,
  table: "remembered" | "aliases",
  schema: ZodType<T>,
): KeyValues<T> {
  // Without a listener for errors both of them throw what the database threw.
  const keyv = new Keyv<unknown>({
    store: new KeyvSqlite({ table, iterationLimit: 1_000, driver: driverOf(database) }),
    serialization: { stringify: (value: unknown) => JSON.stringify(value), parse: parseOrNothing },
  });

  const readable = (value: unknown): T[] => ifReadable(() => readStored(schema, value, table));

  return {
    async get(key) {
      return readable(await keyv.get(key))[0];
    },
    async keys(prefix) {
      // Keyv makes the table when it is first asked for something.
      await keyv.get(prefix);
      const rows = await database.read<{ key: string }>(
        `SELECT key FROM ${table} WHERE key >= ?1 AND key < ?2 ORDER BY key`,
        prefix,
        `${prefix}\u{10ffff}`,
      );
      return rows.map(({ key }) => key);
    },
    async all() {
      const entries: [string, T][] = [];
      try {
        for await (const [key, value] of keyv.iterator()) {
          entries.push(...readable(value).map((each): [string, T] => [String(key), each]));
        }
      } catch (cause) {
        // What Keyv throws here says no more what was the matter.
        throw new StorageError("the values cannot be read", { cause });
      }
      return entries;
    },
    async set(key, value) {
      await keyv.set(key, value);
    },
    async delete(key) {
      await keyv.delete(key);
    },
  };
}

/** Keyv's statements run in the thread and the transactions of everything else. */
const driverOf = ({ read, write }: Database): NonNullable<KeyvSqliteOptions["driver"]> => ({
  name: "custom",
  connect: async () => ({
    query: (sql, ...values) =>
      /^\s*(select|pragma)/i.test(sql)
        ? read(sql, ...(values as SqlValue[]))
        : write(sql, ...(values as SqlValue[])),
    // Whoever opened the database closes it.
    close: async () => {},
  }),
});

/** Keyv would throw for all of them what is wrong with one. */
function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { value: undefined };
  }
}
