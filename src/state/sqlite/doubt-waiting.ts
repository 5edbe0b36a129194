import { DatabaseSync } from "node:sqlite";
import { tryDoubt } from "../try-doubt.ts";

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
      const given = typeof row.progress === "string" ? row.progress : undefined;
      const progress = tryDoubt(given, Number(row.requeues ?? 0));
      if (progress !== undefined) update.run(progress, row.seq ?? null);
    }
    database.exec("COMMIT");
    return waiting.length;
  } finally {
    database.close();
  }
}
