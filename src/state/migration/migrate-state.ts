import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { BridgeError } from "../../errors.ts";
import { connect } from "../postgres/connect.ts";
import { openLocation, type PostgresLocation, toLogin } from "../postgres/open-location.ts";
import { createPostgresAlarm } from "../postgres/postgres-alarm.ts";
import { readPostgresUrl } from "../postgres/postgres-url.ts";
import { SHARE_LOCKS } from "../postgres/shares.ts";
import { backUpState } from "../sqlite/back-up-state.ts";
import { openDatabase } from "../sqlite/database.ts";
import { ownPathOf, removeDatabase } from "../sqlite/database-files.ts";
import { openKeyValues } from "../sqlite/key-values.ts";
import { lockState } from "../sqlite/lock-state.ts";
import { aliasSchema } from "../sqlite/user-aliases.ts";
import { COUNTED, type Counts, countSql } from "./counts.ts";
import { type Filling, fillPostgres } from "./fill-postgres.ts";
import { type Row, TABLE_COPIES, type TableCopy } from "./table-copies.ts";

/** What was counted on both sides; it is the same. */
export interface Migrated {
  readonly sqlite: Counts;
  readonly postgres: Counts;
}

/**
 * Copies a state of SQLite, also one of an earlier version, into an empty database of PostgreSQL: all of it or nothing. The file
 * stays what it is, and no bridge can have it meanwhile.
 *
 * @throws {ConfigError} a bridge runs on either side, or the database cannot be used or holds something; says what to do
 * @throws {StorageError} it failed; nothing was stored
 */
export async function migrateState(
  file: string,
  to: PostgresLocation,
  signal: AbortSignal,
): Promise<Migrated> {
  const own = ownPathOf(file);
  const unlock = await lockState(own);
  const copy = `${own}.migrating`;
  try {
    await backUpState(own, copy, { overwrite: true, signal });
    const values = await readValues(copy);
    const source = new DatabaseSync(copy, { readOnly: true });
    try {
      const counts = countIn(source);
      const tables = TABLE_COPIES.map((table) => ({ ...table, rows: rowsOf(table, source) }));
      const postgres = await fill(to, { fillings: [...tables, ...values], counts, signal });
      return { sqlite: counts, postgres };
    } finally {
      source.close();
    }
  } finally {
    removeDatabase(copy);
    rmSync(`${copy}.lock`, { force: true });
    await unlock();
  }
}

/** Brings the copy up to this version, and reads what is stored under keys. */
async function readValues(copy: string): Promise<Filling[]> {
  const database = await openDatabase(copy, { access: "own" });
  try {
    const remembered = await openKeyValues(database, "remembered", z.unknown()).all();
    const aliases = await openKeyValues(database, "aliases", aliasSchema).all();
    return [
      {
        table: "remembered",
        columns: { key: "text", value: "text" },
        rows: remembered.map(([key, value]) => ({ key, value: JSON.stringify(value) })),
      },
      {
        table: "aliases",
        columns: { user_id: "text", lives_on_as: "text", added_at: "bigint" },
        rows: aliases.map(([from, { to, at }]) => ({
          user_id: from,
          lives_on_as: to,
          added_at: Math.round(at),
        })),
      },
    ];
  } finally {
    await database.close();
  }
}

function countIn(source: DatabaseSync): Counts {
  const count = (of: string) => Number(source.prepare(countSql(of)).get()?.found);
  return Object.fromEntries(Object.entries(COUNTED).map(([what, of]) => [what, count(of)]));
}

function* rowsOf({ select, change }: TableCopy, source: DatabaseSync): Generator<Row> {
  for (const row of source.prepare(select).iterate() as Iterable<Row>) {
    yield { ...row, ...change?.(row) };
  }
}

async function fill(
  location: PostgresLocation,
  options: Omit<Parameters<typeof fillPostgres>[1], "lockClass">,
): Promise<Counts> {
  const database = await openLocation(location, { access: "own" });
  const lockClass = database.lockClass(SHARE_LOCKS);
  await database.close();
  const target = readPostgresUrl(location.url.reveal(), toLogin(location));
  try {
    const connection = await connect(target, "check", options.signal);
    try {
      return await fillPostgres(connection, { ...options, lockClass });
    } finally {
      connection.destroy();
    }
  } catch (error) {
    if (error instanceof BridgeError || error === options.signal.reason) throw error;
    throw createPostgresAlarm(target, undefined).endOf(error);
  }
}
