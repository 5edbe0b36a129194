import { ConfigError, StorageError } from "../../errors.ts";
import type { Connection } from "../postgres/connect.ts";
import { membersSql } from "../postgres/share-locks.ts";
import { QUEUES } from "../queues.ts";
import { COUNTED, type Counts, countSql } from "./counts.ts";
import type { ColumnType, Row, TableCopy, Value } from "./table-copies.ts";

/** What a table is filled with. */
export interface Filling extends Pick<TableCopy, "table" | "columns"> {
  readonly rows: Iterable<Row>;
}

export interface FillOptions {
  readonly fillings: readonly Filling[];
  /** How much of what there has to be in the end. */
  readonly counts: Counts;
  /** The first key of the locks of bridges that run. */
  readonly lockClass: number;
  /** Ends it; nothing is stored then. */
  readonly signal: AbortSignal;
}

/** A statement takes so many rows, or fewer with so many characters: more of them are never in memory. */
const CHUNK_ROWS = 500;
const CHUNK_CHARACTERS = 1_000_000;

/**
 * Fills the tables of a database that holds nothing: all of it or nothing, also if this ends in the middle. Whoever starts a bridge
 * there meanwhile waits. Returns how much it holds then.
 *
 * @throws {ConfigError} it holds something, or a bridge runs there
 * @throws what the client throws
 */
export async function fillPostgres(connection: Connection, options: FillOptions): Promise<Counts> {
  const { client } = connection;
  await client.query("BEGIN");
  try {
    const counts = await fill(connection, options);
    await client.query("COMMIT");
    return counts;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

async function fill(
  { client }: Connection,
  { fillings, counts, lockClass, signal }: FillOptions,
): Promise<Counts> {
  const tables = fillings.map(({ table }) => table);
  await client.query(`LOCK TABLE ${tables.join(", ")} IN EXCLUSIVE MODE`);
  const { rows } = await client.query<{ members: number }>(membersSql(lockClass));
  refuseRunning(rows[0]?.members ?? 0);
  refuseFilled(await countIn(client));
  // All that a bridge has stored there that took nothing in yet.
  await client.query("DELETE FROM remembered");
  for (const filling of fillings) {
    for (const chunk of chunksOf(filling)) {
      signal.throwIfAborted();
      await client.query(insertInto(filling), chunk);
    }
  }
  for (const table of QUEUES) {
    await client.query(
      `SELECT setval('${table}_seq', max(seq)) FROM ${table} HAVING max(seq) IS NOT NULL`,
    );
  }
  const found = await countIn(client);
  const wrong = Object.keys(COUNTED).filter((what) => found[what] !== counts[what]);
  if (wrong.length > 0) {
    throw new StorageError(`not all of it was copied (${wrong.join(", ")}); nothing was stored`, {
      canPass: false,
    });
  }
  return found;
}

function refuseRunning(members: number): void {
  if (members === 0) return;
  throw new ConfigError([
    `${members} ${members === 1 ? "bridge runs" : "bridges run"} on the database already; stop ${members === 1 ? "it" : "them"} first`,
  ]);
}

function refuseFilled(counts: Counts): void {
  const there = Object.entries(counts).filter(([, count]) => count > 0);
  if (there.length === 0) return;
  const list = there.map(([what, count]) => `${what} ${count}`).join(", ");
  throw new ConfigError([
    `the database holds something already (${list}). If an earlier run has copied it, all is done; else name an empty database, or make this one empty with DROP DATABASE and CREATE DATABASE`,
  ]);
}

async function countIn(client: Connection["client"]): Promise<Counts> {
  const counts: Record<string, number> = {};
  for (const [what, of] of Object.entries(COUNTED)) {
    const { rows } = await client.query<{ found: number }>(countSql(of));
    counts[what] = rows[0]?.found ?? 0;
  }
  return counts;
}

function insertInto({ table, columns }: Filling): string {
  const lists = Object.values(columns).map((type: ColumnType, at) => `$${at + 1}::${type}[]`);
  return `INSERT INTO ${table} (${Object.keys(columns).join(", ")}) SELECT * FROM unnest(${lists.join(", ")})`;
}

/** One list for each column. */
function* chunksOf({ columns, rows }: Filling): Generator<Value[][]> {
  const names = Object.keys(columns);
  const begin = (): Value[][] => names.map(() => []);
  let chunk = begin();
  let characters = 0;
  for (const row of rows) {
    for (const [at, name] of names.entries()) {
      const value = storable(row[name] ?? null);
      chunk[at]?.push(value);
      characters += typeof value === "string" ? value.length : 0;
    }
    if ((chunk[0]?.length ?? 0) < CHUNK_ROWS && characters < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = begin();
    characters = 0;
  }
  if ((chunk[0]?.length ?? 0) > 0) yield chunk;
}

/** PostgreSQL cannot store the character NUL, which no id of Slack or Parley has had so far. */
const storable = (value: Value): Value =>
  typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value;
