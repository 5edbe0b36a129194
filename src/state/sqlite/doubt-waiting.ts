import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { doubt } from "../../bridge/doubt.ts";
import { UnreadableError } from "../../errors.ts";

/**
 * Marks what waits for Parley in a copy of a state: nobody knows whether it was done since the copy was made. Returns how many
 * items that are.
 */
export function doubtWaiting(path: string): number {
  const database = new DatabaseSync(path);
  try {
    // All columns, because the first versions had fewer.
    const waiting = database.prepare("SELECT * FROM outbox WHERE state = 'waiting'").all();
    const update = database.prepare("UPDATE outbox SET progress = ?, begun = 1 WHERE seq = ?");
    database.exec("BEGIN");
    for (const row of waiting) {
      const progress = tryDoubt(row);
      if (progress !== undefined) update.run(progress, row.seq ?? null);
    }
    database.exec("COMMIT");
    return waiting.length;
  } finally {
    database.close();
  }
}

/** `undefined`: it cannot be read, so that nobody will do it anyway. */
function tryDoubt({ progress, requeues }: Record<string, SQLOutputValue>): string | undefined {
  try {
    return doubt(typeof progress === "string" ? progress : undefined, Number(requeues ?? 0));
  } catch (error) {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  }
}
