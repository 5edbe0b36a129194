import type { Database } from "./database.ts";
import type { SqlValue } from "./sqlite-operation.ts";
import { expireAliases } from "./user-aliases.ts";

/**
 * How long idempotency keys are kept: far longer than Slack redelivers (24 h with Delayed Events), and longer than anything
 * is read back.
 */
const KEYS_DAYS = 14;
const DAY_MS = 86_400_000;
/** Rows deleted by one statement. Few, so that a callback never waits long behind it. */
const CHUNK = 500;

/** One round, as of `now` (ms). */
export async function expire(
  database: Database,
  now: number,
  retentionDays: number,
): Promise<void> {
  const keysBefore = now - KEYS_DAYS * DAY_MS;
  const recordsBefore = now - retentionDays * DAY_MS;
  for (const table of ["inbox", "outbox"]) {
    const ended = "state = ? AND state <> 'waiting' AND ended_at < ?";
    await deleteInChunks(database, table, ended, "done", keysBefore);
    await deleteInChunks(database, table, ended, "dead", recordsBefore);
    await deleteInChunks(database, table, ended, "held", recordsBefore);
  }
  // Everything that leads to one goes with it.
  await deleteInChunks(database, "conversations", "ended_at < ?", recordsBefore);
  await expireAliases(database, now);
}

async function deleteInChunks(
  database: Database,
  table: string,
  condition: string,
  ...values: SqlValue[]
): Promise<void> {
  let deleted: unknown[];
  do {
    deleted = await database.write(
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${condition} LIMIT ${CHUNK}) RETURNING 1`,
      ...values,
    );
  } while (deleted.length === CHUNK);
}
