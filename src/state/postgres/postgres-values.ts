import type { ZodType } from "zod";
import { parseStored } from "../../bridge/stored/read-stored.ts";
import { ifReadable } from "../if-readable.ts";
import type { KeyValues } from "../key-values.ts";
import type { Questions } from "./open-postgres.ts";

interface Row {
  readonly key: string;
  readonly value: string;
}

/** The values that stand in the table `remembered`. */
export function openPostgresValues<T>(database: Questions, schema: ZodType<T>): KeyValues<T> {
  const readable = ({ key, value }: Row): [string, T][] =>
    ifReadable(() => [key, parseStored(schema, value, key)]);

  return {
    async get(key) {
      const sql = "SELECT key, value FROM remembered WHERE key = $1";
      const [found] = (await database.read<Row>(sql, key)).flatMap(readable);
      return found?.[1];
    },
    async keys(prefix) {
      const sql = "SELECT key FROM remembered WHERE key >= $1 AND key < $2 ORDER BY key";
      const rows = await database.read<{ key: string }>(sql, prefix, `${prefix}\u{10ffff}`);
      return rows.map(({ key }) => key);
    },
    async all() {
      return (await database.read<Row>("SELECT key, value FROM remembered")).flatMap(readable);
    },
    async set(key, value) {
      const sql =
        "INSERT INTO remembered (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
      await database.write({ sql, values: [key, JSON.stringify(value)] });
    },
    async delete(key) {
      await database.write({ sql: "DELETE FROM remembered WHERE key = $1", values: [key] });
    },
  };
}
