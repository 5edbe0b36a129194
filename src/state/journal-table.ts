import type { Row } from "../delivery/journal.ts";
import type { ItemId } from "../ids.ts";
import type { Database } from "./database.ts";

/**
 * `state` and `begun` are those of the life of an item, see `Lanes`. `progress` and `error` are JSON. Stored: changing a name
 * is a migration.
 */
const schema = (table: string): readonly string[] => [
  `CREATE TABLE IF NOT EXISTS ${table} (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL,
    barrier INTEGER NOT NULL,
    sort TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    due_at INTEGER NOT NULL DEFAULT 0,
    pause_ms INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    tried_ms INTEGER NOT NULL DEFAULT 0,
    requeues INTEGER NOT NULL DEFAULT 0,
    body TEXT,
    progress TEXT,
    begun INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    appended_at INTEGER NOT NULL,
    ended_at INTEGER
  ) STRICT`,
  `CREATE INDEX IF NOT EXISTS ${table}_waiting ON ${table} (lane, barrier, sort, seq) WHERE state = 'waiting'`,
  `CREATE INDEX IF NOT EXISTS ${table}_ended ON ${table} (state, ended_at) WHERE state <> 'waiting'`,
];

/** What {@link toRow} needs. */
export const COLUMNS =
  "seq, id, lane, barrier, sort, due_at, pause_ms, attempts, tried_ms, requeues, body, progress, begun, appended_at";

export interface StoredRow {
  readonly seq: number;
  readonly id: string;
  readonly lane: string;
  readonly barrier: number;
  readonly sort: string;
  readonly due_at: number;
  /** Missing in rows of versions that did not keep it. */
  readonly pause_ms: number | null;
  readonly attempts: number;
  readonly tried_ms: number;
  readonly requeues: number;
  readonly body: string;
  readonly progress: string | null;
  readonly begun: 0 | 1;
  readonly appended_at: number;
}

/** Makes the table of a queue, or gives one of an earlier version what it lacks. */
export async function openJournalTable(database: Database, table: string): Promise<void> {
  for (const statement of schema(table)) await database.read(statement);
  await addColumn(database, table, "pause_ms", "INTEGER");
  await addColumn(database, table, "tried_ms", "INTEGER NOT NULL DEFAULT 0");
  await addColumn(database, table, "requeues", "INTEGER NOT NULL DEFAULT 0");
}

async function addColumn(
  database: Database,
  table: string,
  name: string,
  type: string,
): Promise<void> {
  const columns = await database.read<{ name: string }>(`PRAGMA table_info(${table})`);
  if (columns.some((column) => column.name === name)) return;
  await database.read(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
}

export function toRow(stored: StoredRow): Row {
  return {
    seq: stored.seq,
    id: stored.id as ItemId,
    lane: stored.lane,
    barrier: stored.barrier,
    sort: stored.sort,
    body: stored.body,
    appendedAt: stored.appended_at,
    attempts: stored.attempts,
    triedMs: stored.tried_ms,
    requeues: stored.requeues,
    begun: stored.begun === 1,
    dueAt: stored.due_at,
    pauseMs: stored.pause_ms ?? Number.POSITIVE_INFINITY,
    progress: stored.progress ?? undefined,
  };
}
