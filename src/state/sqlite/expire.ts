import { QUEUES } from "../queues.ts";
import { CHUNK, deleteInChunks, type RetentionDays, retentionAt } from "../retention.ts";
import type { Database } from "./database.ts";
import type { SqlValue } from "./sqlite-operation.ts";
import { expireAliases } from "./user-aliases.ts";

/** Its conversation, if it has one, is gone too. */
const UNNEEDED_HANDOVER =
  "at < ? AND NOT EXISTS (SELECT 1 FROM conversations WHERE conversations.id = handovers.conversation)";

/** One round, as of `now` (ms). */
export async function expire(database: Database, now: number, days: RetentionDays): Promise<void> {
  const before = retentionAt(now, days);
  const expireFrom = (table: string, condition: string, ...values: SqlValue[]) =>
    deleteInChunks(CHUNK, () =>
      database.write(
        `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${condition} LIMIT ${CHUNK}) RETURNING 1`,
        ...values,
      ),
    );
  for (const table of QUEUES) {
    for (const state of ["done", "dead", "held"] as const) {
      const ended = "state = ? AND state <> 'waiting' AND ended_at < ?";
      await expireFrom(table, ended, state, before[state]);
    }
  }
  // Everything that leads to one goes with it.
  await expireFrom("conversations", "ended_at < ?", before.conversations);
  await expireFrom("handovers", UNNEEDED_HANDOVER, before.handovers);
  await expireFrom("audit", "at < ?", before.audit);
  await expireAliases(database, before.aliases);
}
