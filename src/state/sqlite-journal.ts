import {
  type DeadLetterReason,
  deadLetterReasonSchema,
} from "../bridge/stored/dead-letter-reason.ts";
import { parseStored } from "../bridge/stored/read-stored.ts";
import { defined } from "../defined.ts";
import type { Journal, NewRow, PendingLane, Row } from "../delivery/journal.ts";
import { UnreadableError } from "../errors.ts";
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

const COLUMNS =
  "seq, id, lane, barrier, sort, due_at, pause_ms, attempts, tried_ms, requeues, body, progress, begun, appended_at";

interface StoredRow {
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

/** The journal of one queue, in a table of its name. */
export async function openSqliteJournal(
  database: Database,
  table: "inbox" | "outbox",
): Promise<Journal> {
  for (const statement of schema(table)) await database.read(statement);
  await addColumn(database, table, "pause_ms", "INTEGER");
  await addColumn(database, table, "tried_ms", "INTEGER NOT NULL DEFAULT 0");
  await addColumn(database, table, "requeues", "INTEGER NOT NULL DEFAULT 0");
  let lastVersion: number | undefined;
  return {
    async append({ seq, id, lane, barrier, sort, body, appendedAt, dueAt, held }: NewRow) {
      const state = held ? "held" : "waiting";
      // A held row that nobody ever requeues must expire, so it has an end from the start.
      const endedAt = held ? appendedAt : null;
      const added = await database.writeRow(
        `INSERT INTO ${table} (seq, id, lane, barrier, sort, body, appended_at, due_at, state, ended_at, pause_ms)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
           value ->> 7, value ->> 8, value ->> 9, value ->> 10
         FROM json_each(?) WHERE true ON CONFLICT (id) DO NOTHING RETURNING seq AS row`,
        seq,
        id,
        lane,
        barrier,
        sort,
        body,
        appendedAt,
        dueAt,
        state,
        endedAt,
        Math.max(0, dueAt - appendedAt),
      );
      return added ? "appended" : "duplicate";
    },

    async head(lane, limit) {
      const rows = await database.read<StoredRow>(
        `SELECT ${COLUMNS} FROM ${table}
         WHERE state = 'waiting' AND lane = ? ORDER BY barrier, sort, seq LIMIT ?`,
        lane,
        limit,
      );
      return rows.map(toRow);
    },

    async waiting(ids) {
      const rows = await database.read<StoredRow>(
        `SELECT ${COLUMNS} FROM ${table}
         WHERE state = 'waiting' AND id IN (SELECT value FROM json_each(?)) ORDER BY barrier, sort, seq`,
        JSON.stringify(ids),
      );
      return rows.map(toRow);
    },

    pendingLanes: () =>
      database.read<PendingLane>(
        `SELECT lane, max(barrier) AS barrier FROM ${table}
         WHERE state = 'waiting' GROUP BY lane`,
      ),

    async lastSeq() {
      const [row] = await database.read<{ seq: number | null }>(
        `SELECT max(seq) AS seq FROM ${table}`,
      );
      return row?.seq ?? 0;
    },

    async saveProgress({ seq, body, progress, begun }) {
      const saved = await database.writeRow(
        `UPDATE ${table} SET progress = change.value ->> 1, begun = change.value ->> 2
         FROM json_each(?) AS change
         WHERE seq = change.value ->> 0 AND state = 'waiting'
           AND (change.value ->> 3 IS NULL OR body = change.value ->> 3) RETURNING seq AS row`,
        seq,
        progress,
        begun ? 1 : 0,
        body ?? null,
      );
      return saved !== undefined;
    },

    async cancel({ seq, id }, at) {
      const rows = await database.write(
        `INSERT INTO ${table} (seq, id, lane, barrier, sort, appended_at, state, ended_at)
         VALUES (?1, ?2, '', 0, '', ?3, 'done', ?3)
         ON CONFLICT (id) DO UPDATE SET state = 'done', body = NULL, progress = NULL, ended_at = ?3
         WHERE begun = 0 RETURNING seq`,
        seq,
        id,
        at,
      );
      return rows.length > 0;
    },

    async replace(id, body) {
      const rows = await database.write(
        `UPDATE ${table} SET body = ?, progress = NULL
         WHERE id = ? AND state <> 'done' AND begun = 0 RETURNING seq`,
        body,
        id,
      );
      return rows.length > 0;
    },

    async hasBegun(id) {
      const rows = await database.read(`SELECT 1 FROM ${table} WHERE id = ? AND begun = 0`, id);
      return rows.length === 0;
    },

    async defer(seq, { attempts, triedMs, dueAt, pauseMs }) {
      await database.write(
        `UPDATE ${table} SET attempts = ?, tried_ms = ?, due_at = ?, pause_ms = ? WHERE seq = ?`,
        attempts,
        Math.round(triedMs),
        Math.round(dueAt),
        Math.round(pauseMs),
        seq,
      );
    },

    async done(seqs) {
      const at = Date.now();
      const sql = `UPDATE ${table} SET state = 'done', body = NULL, progress = NULL, ended_at = change.value ->> 1
         FROM json_each(?) AS change WHERE seq = change.value ->> 0 AND state = 'waiting'`;
      await database.writeRows(seqs.map((seq) => ({ sql, row: [seq, at] })));
    },

    async dead(rows, { code, message }) {
      const changes = rows.map(({ seq, notice }) => {
        const reason: DeadLetterReason = { code, message, ...defined({ words: notice }) };
        return [seq, JSON.stringify(reason)];
      });
      const dead = await database.write<{ seq: number }>(
        `UPDATE ${table} SET state = 'dead', error = change.value ->> 1, ended_at = ?
         FROM json_each(?) AS change WHERE seq = change.value ->> 0 AND state = 'waiting' RETURNING seq`,
        Date.now(),
        JSON.stringify(changes),
      );
      return dead.map(({ seq }) => seq);
    },

    async owed() {
      const rows = await database.read<StoredRow & { error: string }>(
        // The second condition lets SQLite use the index of what has ended.
        `SELECT seq, id, lane, appended_at, error FROM ${table}
         WHERE state = 'dead' AND state <> 'waiting' ORDER BY seq`,
      );
      return rows.flatMap(({ seq, id, lane, appended_at, error }) => {
        const { words } = readReason(error);
        if (words === undefined) return [];
        return [{ seq, id: id as ItemId, lane, appendedAt: appended_at, notice: words }];
      });
    },

    async told(seq) {
      await database.write(
        `UPDATE ${table} SET error = json_remove(error, '$.words') WHERE seq = ? AND state = 'dead'`,
        seq,
      );
    },

    async requeue(id, at) {
      const [row] = await database.write<{ lane: string }>(
        `UPDATE ${table} SET state = 'waiting', requeues = requeues + 1, attempts = 0, tried_ms = 0, due_at = 0,
           pause_ms = 0, appended_at = ?, error = NULL, ended_at = NULL
         WHERE id = ? AND state IN ('dead', 'held') RETURNING lane`,
        at,
        id,
      );
      return row?.lane;
    },

    async discard(id) {
      const rows = await database.write(
        `UPDATE ${table} SET state = 'done', body = NULL, progress = NULL, error = NULL WHERE id = ? AND state IN ('dead', 'held') RETURNING seq`,
        id,
      );
      return rows.length > 0;
    },

    async look(id) {
      const [row] = await database.read<StoredRow & { state: "waiting" | "held" | "dead" }>(
        `SELECT lane, body, state, appended_at FROM ${table} WHERE id = ? AND state <> 'done'`,
        id,
      );
      if (!row) return undefined;
      const { lane, body, state, appended_at: appendedAt } = row;
      return { lane, body, appendedAt, state };
    },

    async deadLetters() {
      const rows = await database.read<{
        id: string;
        lane: string;
        body: string;
        error: string;
        appended_at: number;
        ended_at: number;
      }>(
        `SELECT id, lane, body, error, appended_at, ended_at FROM ${table} WHERE state = 'dead' ORDER BY ended_at`,
      );
      return rows.map(({ id, lane, body, error, appended_at, ended_at }) => {
        const { code, message } = readReason(error);
        return {
          id: id as ItemId,
          lane,
          body,
          reason: { code, message },
          appendedAt: appended_at,
          diedAt: ended_at,
        };
      });
    },

    async changedElsewhere() {
      const [row] = await database.read<{ data_version: number }>("PRAGMA data_version");
      const version = row?.data_version;
      const changed = lastVersion !== undefined && version !== lastVersion;
      lastVersion = version;
      return changed;
    },

    async backlog() {
      const [waiting] = await database.read<{ items: number; oldest: number | null }>(
        `SELECT count(*) AS items, min(appended_at) AS oldest FROM ${table} WHERE state = 'waiting'`,
      );
      const [dead] = await database.read<{ items: number }>(
        `SELECT count(*) AS items FROM ${table} WHERE state = 'dead'`,
      );
      return {
        items: waiting?.items ?? 0,
        oldestAppendedAt: waiting?.oldest ?? undefined,
        deadLetters: dead?.items ?? 0,
      };
    },
  };
}

/** One that is damaged gives way to what is the matter with it: the dead letter itself may well be in order. */
function readReason(error: string): DeadLetterReason {
  try {
    return parseStored(deadLetterReasonSchema, error, "the reason of a dead letter");
  } catch (thrown) {
    if (!(thrown instanceof UnreadableError)) throw thrown;
    return { code: thrown.code, message: thrown.message };
  }
}

/** Adds a column to a table that an earlier version may have made without it. */
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

function toRow(stored: StoredRow): Row {
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
