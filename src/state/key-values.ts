import { type DeserializedData, Keyv } from "keyv";
import type { ZodType } from "zod";
import { readStored } from "../bridge/stored/read-stored.ts";
import { UnreadableError } from "../errors.ts";
import { readJson } from "../read-json.ts";
import { type Database, KEYV_SET } from "./database.ts";

/** The new value of a key; `undefined`: nothing stands there any more. */
export type KeyChange = readonly [key: string, value: unknown];

const KEYV_DELETE = "DELETE FROM keyv WHERE key IN (SELECT value ->> 0 FROM json_each(?))";

/**
 * JSON under keys, in Keyv. What is stored comes back as it was, whatever JSON it is. Keys are made of ids, so there are no
 * control characters in them.
 *
 * @throws {StorageError} from every call
 */
export interface KeyValues {
  /** @throws {UnreadableError} this version does not understand what stands there */
  get<T>(key: string, schema: ZodType<T>): Promise<T | undefined>;
  /** What stands under these keys, without what this version does not understand: it must not affect the others. */
  readable<T>(keys: readonly string[], schema: ZodType<T>): Promise<T[]>;
  /** The same for every key that begins with `folder/`; the keys come without it. */
  readableUnder<T>(folder: string, schema: ZodType<T>): Promise<[key: string, value: T][]>;
  /** `lifeMs`: it may be dropped after that. */
  set(key: string, value: unknown, lifeMs?: number): Promise<void>;
  /** All of these or none, in one transaction. */
  change(changes: readonly KeyChange[]): Promise<void>;
}

export function openKeyValues(database: Database): KeyValues {
  const keyv = new Keyv<unknown>({
    store: database.keyvStore,
    // Without it Keyv swallows errors, and what was not stored would seem stored.
    throwOnErrors: true,
    useKeyPrefix: false,
    serialize,
    deserialize: (row) => deserialize(row, "a value"),
  });

  const toReadable = <T>(rows: readonly Row[], schema: ZodType<T>): [string, T][] =>
    rows.flatMap(({ key, value }) => {
      try {
        return [[key, readStored(schema, deserialize(value, key).value, key)]];
      } catch (error) {
        if (error instanceof UnreadableError) return [];
        throw error;
      }
    });

  return {
    async get(key, schema) {
      const value = await keyv.get(key);
      return value === undefined ? undefined : readStored(schema, value, key);
    },

    async readable(keys, schema) {
      const rows = await database.read<Row>(
        "SELECT key, value FROM keyv WHERE key IN (SELECT value FROM json_each(?))",
        JSON.stringify(keys),
      );
      return toReadable(rows, schema).map(([, value]) => value);
    },

    async readableUnder(folder, schema) {
      const rows = await database.read<Row>(
        // "0" comes right after "/".
        "SELECT substr(key, length(?1) + 2) AS key, value FROM keyv WHERE key >= ?1 || '/' AND key < ?1 || '0'",
        folder,
      );
      return toReadable(rows, schema);
    },

    async set(key, value, lifeMs) {
      await keyv.set(key, value, lifeMs);
    },

    async change(changes) {
      await database.writeRows(
        changes.map(([key, value]) =>
          value === undefined
            ? { sql: KEYV_DELETE, row: [key] }
            : { sql: KEYV_SET, row: [key, serialize({ value })] },
        ),
      );
    },
  };
}

interface Row {
  readonly key: string;
  readonly value: string;
}

/*
 * The format is that of Keyv's own serializer, which puts a colon before each text that begins with one; but that one calls
 * whatever stands under `toJSON`, also where it is foreign data and no function.
 */

const serialize = (stored: unknown): string =>
  JSON.stringify(stored, (_, value: unknown) =>
    typeof value === "string" && value.startsWith(":") ? `:${value}` : value,
  );

const deserialize = <Value = unknown>(row: string, what: string): DeserializedData<Value> =>
  readJson(row, what, (_, value) =>
    typeof value === "string" && value.startsWith(":") ? value.slice(1) : value,
  ) as DeserializedData<Value>;
