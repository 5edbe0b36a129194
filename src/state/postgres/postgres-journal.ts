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
import { tellOf } from "./changes.ts";
import { NOW_MS } from "./now-ms.ts";
import type { PostgresDatabase, Questions } from "./open-postgres.ts";
import type { SqlValue } from "./sql-value.ts";

/** Which sessions hold the shares, as far as they are ours. */
export interface Holdings {
  shareOf(lane: string): number;
  /** The process of the server that holds this share for us, or `null`: whoever holds it has to be told of changes. */
  heldBy(share: number): number | null;
}

/**
 * The journal of one queue, in a table of its name. Whoever adds to a lane excludes others from that until it is stored: so the
 * numbers of a lane grow in the order in which everybody sees its rows, and a barrier is behind all that it has to be behind.
 */
export function openPostgresJournal(
  database: Pick<PostgresDatabase, "channel" | keyof Questions>,
  table: QueueName,
  { shareOf, heldBy }: Holdings,
): Journal {
  const { append, head, waiting, cancel, replace, requeue, ...sql } = statementsOf(table, (of) =>
    tellOf(database, of),
  );
  const write = <Row>(text: string, ...values: readonly SqlValue[]) =>
    database.write<Row>({ sql: text, values });

  return {
    isExclusive: false,

    async append({ id, lane, sort, body, appendedAt, dueAt, held }: NewRow) {
      const share = shareOf(lane);
      const [place] = await database.write<Pick<Place, "seq" | "barrier">>({
        sql: append,
        values: [
          id,
          lane,
          share,
          sort ?? null,
          body,
          appendedAt,
          dueAt,
          Math.max(0, dueAt - appendedAt),
          held ? "held" : "waiting",
          // A held row that nobody ever requeues must expire, so it has an end from the start.
          held ? appendedAt : null,
          heldBy(share),
        ],
        locks: [`${table}/${lane}`],
      });
      return place ? { seq: place.seq, barrier: place.barrier } : "duplicate";
    },

    async head(lane, limit) {
      const rows = await database.read<StoredRow>(head, shareOf(lane), lane, limit);
      return rows.map(toRow);
    },

    async waiting(ids) {
      const rows = await database.read<StoredRow>(waiting, ids);
      return rows.map(toRow);
    },

    async pendingLanes(shares) {
      const rows = await database.read<{ lane: string }>(sql.pendingLanes, shares);
      return rows.map(({ lane }) => lane);
    },

    async saveProgress({ seq, body, progress, begun }) {
      const saved = await write(
        sql.saveProgress,
        seq,
        progress ?? null,
        begun ? 1 : 0,
        body ?? null,
      );
      return saved.length > 0;
    },

    cancel: async (id, at) => (await write(cancel, id, at)).length > 0,
    replace: async (id, body) => (await write(replace, id, body)).length > 0,
    hasBegun: async (id) => (await database.read(sql.notBegun, id)).length === 0,

    async defer(seq, { attempts, triedMs, dueAt, pauseMs }) {
      const times = [triedMs, dueAt, pauseMs].map(Math.round);
      await write(sql.defer, seq, attempts, ...times);
    },

    async done(seqs) {
      await write(sql.done, seqs);
    },

    async dead(rows, { code, message }) {
      const seqs = rows.map(({ seq }) => seq);
      const notices = rows.map(({ notice }) => notice ?? null);
      const reason = JSON.stringify({ code, message });
      const dead = await write<{ seq: number }>(sql.dead, seqs, notices, reason);
      return dead.map(({ seq }) => seq);
    },

    async owedNotices(shares) {
      const rows = await database.read<StoredRow & { notice: string }>(sql.owedNotices, shares);
      return rows.map(({ seq, id, lane, appended_at, notice }) => ({
        seq,
        id: id as ItemId,
        lane,
        appendedAt: appended_at,
        notice,
      }));
    },

    async noticeGiven(seq) {
      await write(sql.noticeGiven, seq);
    },

    async requeue(id, at, body) {
      const [row] = await write<{ lane: string }>(requeue, id, at, body ?? null);
      return row?.lane;
    },

    discard: async (id) => (await write(sql.discard, id)).length > 0,

    async find(id) {
      const [row] = await database.read<StoredRow & { state: "waiting" | "held" | "dead" }>(
        sql.find,
        id,
      );
      if (!row) return undefined;
      const { lane, body, state, appended_at: appendedAt } = row;
      return { lane, body, appendedAt, state };
    },

    async deadLetters() {
      const rows = await database.read<StoredDeadLetter>(sql.deadLetters);
      return rows.map(toDeadLetter);
    },

    async backlog() {
      const [found] = await database.read<{ items: number; oldest: number | null; dead: number }>(
        sql.backlog,
      );
      return {
        items: found?.items ?? 0,
        oldestAppendedAt: found?.oldest ?? undefined,
        deadLetters: found?.dead ?? 0,
      };
    },
  };
}

/** Each is one statement: what it depends on and what it does are one step for everybody else. */
function statementsOf(table: string, tell: (lane: string) => string) {
  const rowsOf = (condition: string) =>
    `SELECT ${COLUMNS} FROM ${table} WHERE state = 'waiting' AND ${condition} ORDER BY barrier, sort, seq`;
  /** What has happened to a row that waits, or did, is told to whoever has its lane. */
  const told = (change: string) => `WITH changed AS (${change} RETURNING lane)
    SELECT lane, CASE WHEN lane <> '' THEN ${tell("lane")} END FROM changed`;
  return {
    append: `WITH place AS (
        SELECT nextval('${table}_seq') AS seq,
          (SELECT max(barrier) FROM ${table} WHERE state = 'waiting' AND share = $3 AND lane = $2) AS barrier
      ), added AS (
        INSERT INTO ${table} (seq, id, lane, share, barrier, sort, body, appended_at, due_at, pause_ms, state, ended_at)
        SELECT seq, $1, $2, $3, CASE WHEN $4::text IS NULL THEN seq ELSE coalesce(barrier, 0) END, coalesce($4::text, ''),
          $5, $6, $7, $8, $9, $10 FROM place
        ON CONFLICT (id) DO NOTHING RETURNING seq, barrier, lane, state
      )
      SELECT seq, barrier, CASE WHEN state = 'waiting' AND $11::int IS DISTINCT FROM pg_backend_pid() THEN ${tell("lane")} END
      FROM added`,
    head: `${rowsOf("share = $1 AND lane = $2")} LIMIT $3`,
    waiting: rowsOf("id = ANY ($1::text[])"),
    pendingLanes: `SELECT DISTINCT lane FROM ${table} WHERE state = 'waiting' AND share = ANY ($1::smallint[])`,
    saveProgress: `UPDATE ${table} SET progress = $2, begun = $3
      WHERE seq = $1 AND state = 'waiting' AND ($4::text IS NULL OR body = $4) RETURNING seq`,
    cancel:
      told(`INSERT INTO ${table} (id, lane, share, barrier, sort, appended_at, state, ended_at)
      VALUES ($1, '', 0, 0, '', $2, 'done', $2)
      ON CONFLICT (id) DO UPDATE SET state = 'done', body = NULL, progress = NULL, notice = NULL, ended_at = $2
      WHERE ${table}.begun = 0`),
    replace: told(`UPDATE ${table} SET body = $2, progress = NULL
      WHERE id = $1 AND state <> 'done' AND begun = 0`),
    notBegun: `SELECT 1 FROM ${table} WHERE id = $1 AND begun = 0`,
    defer: `UPDATE ${table} SET attempts = $2, tried_ms = $3, due_at = $4, pause_ms = $5 WHERE seq = $1`,
    done: `UPDATE ${table} SET state = 'done', body = NULL, progress = NULL, ended_at = ${NOW_MS}
      WHERE seq = ANY ($1::bigint[]) AND state = 'waiting'`,
    dead: `UPDATE ${table} SET state = 'dead', error = $3, notice = given.notice, ended_at = ${NOW_MS}
      FROM unnest($1::bigint[], $2::text[]) AS given (seq, notice)
      WHERE ${table}.seq = given.seq AND state = 'waiting' RETURNING ${table}.seq`,
    owedNotices: `SELECT seq, id, lane, appended_at, notice FROM ${table}
      WHERE state = 'dead' AND notice IS NOT NULL AND share = ANY ($1::smallint[]) ORDER BY seq`,
    noticeGiven: `UPDATE ${table} SET notice = NULL WHERE seq = $1 AND state = 'dead'`,
    requeue:
      told(`UPDATE ${table} SET state = 'waiting', requeues = requeues + 1, attempts = 0, tried_ms = 0, due_at = 0,
        pause_ms = 0, appended_at = $2, error = NULL, notice = NULL, ended_at = NULL,
        body = coalesce($3::text, body), progress = CASE WHEN $3::text IS NULL THEN progress END
      WHERE id = $1 AND state IN ('dead', 'held') AND ($3::text IS NULL OR begun = 0)`),
    discard: `UPDATE ${table} SET state = 'done', body = NULL, progress = NULL, error = NULL, notice = NULL
      WHERE id = $1 AND state IN ('dead', 'held') RETURNING seq`,
    find: `SELECT lane, body, state, appended_at FROM ${table} WHERE id = $1 AND state <> 'done'`,
    deadLetters: `SELECT ${DEAD_LETTER_COLUMNS} FROM ${table} WHERE state = 'dead' ORDER BY ended_at, seq`,
    backlog: `SELECT waiting.*, (SELECT count(*) FROM ${table} WHERE state = 'dead') AS dead
      FROM (SELECT count(*) AS items, min(appended_at) AS oldest FROM ${table} WHERE state = 'waiting') AS waiting`,
  };
}
