import { QUEUES } from "../queues.ts";
import { CHUNK, deleteInChunks, type RetentionDays, retentionAt } from "../retention.ts";
import type { Questions } from "./open-postgres.ts";
import { userLock } from "./postgres-conversations.ts";
import type { SqlValue } from "./sql-value.ts";

/**
 * One round, as of `now` (ms), on a session that nobody's locks depend on. What somebody changes at the same time is looked at
 * again before it is deleted.
 */
export async function expirePostgres(
  side: Questions,
  now: number,
  days: RetentionDays,
): Promise<void> {
  const before = retentionAt(now, days);
  const expireFrom = (table: string, key: string, condition: string, ...values: SqlValue[]) => {
    const found = `SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${CHUNK}`;
    const sql = `DELETE FROM ${table} WHERE ${key} IN (${found}) AND ${condition} RETURNING 1`;
    return deleteInChunks(CHUNK, () => side.write({ sql, values }));
  };
  for (const table of QUEUES) {
    for (const state of ["done", "dead", "held"] as const) {
      await expireFrom(table, "seq", `state = '${state}' AND ended_at < $1`, before[state]);
    }
  }
  await deleteInChunks(FEW, () => expireConversations(side, before.conversations));
  await expireFrom("handovers", "id", UNNEEDED_HANDOVER, before.handovers);
  await expireFrom("audit", "seq", "at < $1", before.audit);
  await expireFrom("aliases", "user_id", UNNEEDED_ALIAS, before.aliases);
}

/** Its conversation, if it has one, is gone too. */
const UNNEEDED_HANDOVER =
  "at < $1 AND NOT EXISTS (SELECT FROM conversations WHERE conversations.id = handovers.conversation)";

/** Each of them takes a lock, of which a server has some thousands for all. */
const FEW = 100;

const UNNEEDED_ALIAS = `added_at < $1 AND NOT EXISTS (SELECT FROM conversations WHERE conversations.user_id = aliases.user_id OR conversations.user_id = aliases.lives_on_as)
    AND NOT EXISTS (SELECT FROM audit WHERE audit.user_id = aliases.user_id OR audit.user_id = aliases.lives_on_as)`;

/** Some of them, and everything that leads there: their threads, and the customer ids of Users of whom nothing else is kept. */
async function expireConversations(side: Questions, before: number): Promise<unknown[]> {
  const rows = await side.read<{ id: string; user_id: string | null }>(
    `SELECT id, user_id FROM conversations WHERE ended_at < $1 LIMIT ${FEW}`,
    before,
  );
  const users = new Set(rows.map(({ user_id }) => user_id).filter((user) => user !== null));
  await side.write({
    sql: DELETE_CONVERSATIONS,
    values: [rows.map(({ id }) => id), before],
    // Else a conversation might be opened for one of them at this moment, whose customer id would go.
    locks: [...users].map(userLock),
  });
  return rows;
}

const DELETE_CONVERSATIONS = `WITH gone AS (
    DELETE FROM conversations WHERE id = ANY ($1::text[]) AND ended_at < $2 RETURNING id, user_id
  ), threads_gone AS (
    DELETE FROM threads USING gone WHERE conversation = gone.id
  )
  DELETE FROM customers USING gone WHERE customers.user_id = gone.user_id AND NOT EXISTS (
    SELECT FROM conversations AS kept WHERE kept.user_id = gone.user_id AND kept.id NOT IN (SELECT id FROM gone)
  )`;
