import type { Database } from "./database.ts";

/**
 * How long idempotency keys are kept: far longer than Slack redelivers (24 h with Delayed Events), and longer than anything
 * is read back.
 */
const KEYS_DAYS = 14;
const DAY_MS = 86_400_000;
const INTERVAL_MS = 60 * 60_000;
/** Rows deleted by one statement. Few, so that a callback never waits long behind it. */
const CHUNK = 500;

/** Deletes hourly what is no longer needed: old idempotency keys, dead letters, held items and ended conversations. */
export function startExpiry(
  database: Database,
  options: { retentionDays: number; onError: (error: unknown) => void },
): { stop(): Promise<void> } {
  const run = () => expire(database, Date.now(), options.retentionDays).catch(options.onError);
  let round = run();
  const timer = setInterval(() => {
    round = run();
  }, INTERVAL_MS);
  return {
    /** Resolves when nothing of it uses the database any more. */
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}

/** One round, as of `now` (ms). */
export async function expire(
  database: Database,
  now: number,
  retentionDays: number,
): Promise<void> {
  const keysBefore = now - KEYS_DAYS * DAY_MS;
  const recordsBefore = now - retentionDays * DAY_MS;
  for (const table of ["inbox", "outbox"]) {
    await deleteInChunks(database, table, "done", keysBefore);
    await deleteInChunks(database, table, "dead", recordsBefore);
    await deleteInChunks(database, table, "held", recordsBefore);
  }
  await deleteConversations(database, recordsBefore);
  await deletePointers(database, now);
}

async function deleteInChunks(
  database: Database,
  table: string,
  state: "done" | "dead" | "held",
  endedBefore: number,
): Promise<void> {
  let deleted: unknown[];
  do {
    deleted = await database.write(
      `DELETE FROM ${table} WHERE seq IN
         (SELECT seq FROM ${table} WHERE state = ? AND ended_at < ? LIMIT ${CHUNK}) RETURNING seq`,
      state,
      endedBefore,
    );
  } while (deleted.length === CHUNK);
}

/** Of a row of Keyv, which stores `{"value": …, "expires": …}`. What is damaged stays as it is, and is in nobody's way. */
const ifReadable = (condition: string): string =>
  `CASE WHEN json_valid(value) THEN ${condition} END`;

/** A conversation goes with everything that points to it. */
async function deleteConversations(database: Database, endedBefore: number): Promise<void> {
  let deleted: unknown[];
  do {
    deleted = await database.write(
      `DELETE FROM keyv WHERE key IN
         (SELECT key FROM keyv WHERE key >= 'conversation/' AND key < 'conversation0'
          AND ${ifReadable("value ->> '$.value.ending.at' < ?")} LIMIT ${CHUNK}) RETURNING key`,
      endedBefore,
    );
  } while (deleted.length === CHUNK);
  for (const prefix of ["thread", "user"]) {
    await database.write(
      `DELETE FROM keyv WHERE key >= '${prefix}/' AND key < '${prefix}0'
       AND ${ifReadable(`NOT EXISTS (SELECT 1 FROM keyv AS kept WHERE kept.key = 'conversation/' || (keyv.value ->> '$.value'))`)}`,
    );
  }
}

/** Deletes the keys that lead to a User of whom nothing else is kept. Aliases are kept for a while longer. */
async function deletePointers(database: Database, now: number): Promise<void> {
  for (const prefix of ["customer", "alias"]) {
    await database.write(
      `DELETE FROM keyv WHERE key >= '${prefix}/' AND key < '${prefix}0'
       AND ${ifReadable(`coalesce(value ->> '$.expires', 0) < ?
         AND NOT EXISTS (SELECT 1 FROM keyv AS kept WHERE kept.key = 'user/' || (keyv.value ->> '$.value'))`)}`,
      now,
    );
  }
}
