import { readDeadLetterReason } from "../bridge/stored/dead-letter-reason.ts";
import type { DeadLetter, Row } from "../delivery/journal.ts";
import type { ItemId } from "../ids.ts";

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

/** A dead letter as the tables have it; `error` is the reason as JSON. */
export interface StoredDeadLetter extends Pick<StoredRow, "id" | "lane" | "body" | "appended_at"> {
  readonly error: string;
  readonly ended_at: number;
}

/** What {@link toDeadLetter} needs. */
export const DEAD_LETTER_COLUMNS = "id, lane, body, error, appended_at, ended_at";

export function toDeadLetter(stored: StoredDeadLetter): DeadLetter {
  const { code, message } = readDeadLetterReason(stored.error);
  return {
    id: stored.id as ItemId,
    lane: stored.lane,
    body: stored.body,
    reason: { code, message },
    appendedAt: stored.appended_at,
    diedAt: stored.ended_at,
  };
}
