import {
  type DeadLetterReason,
  readDeadLetterReason,
} from "../../bridge/stored/dead-letter-reason.ts";
import { defined } from "../../defined.ts";
import type { Journal, NewRow, Place } from "../../delivery/journal.ts";
import type { ItemId } from "../../ids.ts";
import {
  COLUMNS,
  DEAD_LETTER_COLUMNS,
  type StoredDeadLetter,
  type StoredRow,
  toDeadLetter,
  toRow,
} from "../journal-row.ts";
import type { QueueName } from "../queues.ts";
import type { Database } from "./database.ts";

/** The second condition lets SQLite use the index of what has ended, instead of reading every key that is kept. */
const DEAD = "state = 'dead' AND state <> 'waiting'";

/** The journal of one queue, in a table of its name. */
export function openSqliteJournal(database: Database, table: QueueName): Journal {
  const appendWith = (barrier: string): string =>
    `INSERT INTO ${table} (id, lane, barrier, sort, body, appended_at, due_at, state, ended_at, pause_ms)
     VALUES (?1, ?2, (${barrier}), ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO NOTHING RETURNING seq, barrier`;
  // As SQLite itself numbers a row that has no number yet.
  const appendBarrier = appendWith(`SELECT coalesce(max(seq), 0) + 1 FROM ${table}`);
  const appendSorted = appendWith(
    `SELECT coalesce(max(barrier), 0) FROM ${table} WHERE state = 'waiting' AND lane = ?2`,
  );
  return {
    isExclusive: true,

    async append({ id, lane, sort, body, appendedAt, dueAt, held }: NewRow) {
      const state = held ? "held" : "waiting";
      // A held row that nobody ever requeues must expire, so it has an end from the start.
      const endedAt = held ? appendedAt : null;
      const [place] = await database.write<Pick<Place, "seq" | "barrier">>(
        sort === undefined ? appendBarrier : appendSorted,
        id,
        lane,
        sort ?? "",
        body,
        appendedAt,
        dueAt,
        state,
        endedAt,
        Math.max(0, dueAt - appendedAt),
      );
      return place ?? "duplicate";
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

    async pendingLanes() {
      const rows = await database.read<{ lane: string }>(
        `SELECT DISTINCT lane FROM ${table} WHERE state = 'waiting'`,
      );
      return rows.map(({ lane }) => lane);
    },

    async saveProgress({ seq, body, progress, begun }) {
      const saved = await database.write(
        `UPDATE ${table} SET progress = ?2, begun = ?3
         WHERE seq = ?1 AND state = 'waiting' AND (?4 IS NULL OR body = ?4) RETURNING seq`,
        seq,
        progress ?? null,
        begun ? 1 : 0,
        body ?? null,
      );
      return saved.length > 0;
    },

    async cancel(id, at) {
      const rows = await database.write(
        `INSERT INTO ${table} (id, lane, barrier, sort, appended_at, state, ended_at)
         VALUES (?1, '', 0, '', ?2, 'done', ?2)
         ON CONFLICT (id) DO UPDATE SET state = 'done', body = NULL, progress = NULL, ended_at = ?2
         WHERE begun = 0 RETURNING seq`,
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
      const sql = `UPDATE ${table} SET state = 'done', body = NULL, progress = NULL, ended_at = ?2
         WHERE seq = ?1 AND state = 'waiting'`;
      await database.writeAll(seqs.map((seq) => ({ sql, values: [seq, at] })));
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

    async owedNotices() {
      const rows = await database.read<StoredRow & { error: string }>(
        `SELECT seq, id, lane, appended_at, error FROM ${table} WHERE ${DEAD} ORDER BY seq`,
      );
      return rows.flatMap(({ seq, id, lane, appended_at, error }) => {
        const { words } = readDeadLetterReason(error);
        if (words === undefined) return [];
        return [{ seq, id: id as ItemId, lane, appendedAt: appended_at, notice: words }];
      });
    },

    async noticeGiven(seq) {
      await database.write(
        `UPDATE ${table} SET error = json_remove(error, '$.words') WHERE seq = ? AND state = 'dead'`,
        seq,
      );
    },

    async requeue(id, at, body) {
      const [row] = await database.write<{ lane: string }>(
        `UPDATE ${table} SET state = 'waiting', requeues = requeues + 1, attempts = 0, tried_ms = 0, due_at = 0,
           pause_ms = 0, appended_at = ?2, error = NULL, ended_at = NULL,
           body = coalesce(?3, body), progress = iif(?3 IS NULL, progress, NULL)
         WHERE id = ?1 AND state IN ('dead', 'held') AND (?3 IS NULL OR begun = 0) RETURNING lane`,
        id,
        at,
        body ?? null,
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

    async find(id) {
      const [row] = await database.read<StoredRow & { state: "waiting" | "held" | "dead" }>(
        `SELECT lane, body, state, appended_at FROM ${table} WHERE id = ? AND state <> 'done'`,
        id,
      );
      if (!row) return undefined;
      const { lane, body, state, appended_at: appendedAt } = row;
      return { lane, body, appendedAt, state };
    },

    async deadLetters() {
      const rows = await database.read<StoredDeadLetter>(
        `SELECT ${DEAD_LETTER_COLUMNS} FROM ${table} WHERE ${DEAD} ORDER BY ended_at`,
      );
      return rows.map(toDeadLetter);
    },

    async backlog() {
      const [waiting] = await database.read<{ items: number; oldest: number | null }>(
        `SELECT count(*) AS items, min(appended_at) AS oldest FROM ${table} WHERE state = 'waiting'`,
      );
      const [dead] = await database.read<{ items: number }>(
        `SELECT count(*) AS items FROM ${table} WHERE ${DEAD}`,
      );
      return {
        items: waiting?.items ?? 0,
        oldestAppendedAt: waiting?.oldest ?? undefined,
        deadLetters: dead?.items ?? 0,
      };
    },
  };
}
