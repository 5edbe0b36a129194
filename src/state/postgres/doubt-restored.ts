import { ConfigError } from "../../errors.ts";
import { tryDoubt } from "../try-doubt.ts";
import { openLocation, type PostgresLocation } from "./open-location.ts";
import { countMembers } from "./share-locks.ts";

/**
 * Marks what waits for Parley in a database that was restored just now: nobody knows whether it was done since the copy was made.
 * Returns how many items that are. Safe to repeat.
 *
 * @throws {ConfigError} a bridge uses it · {StorageError}
 */
export async function doubtRestored(location: PostgresLocation): Promise<number> {
  const database = await openLocation(location, { access: "own" });
  try {
    const members = await countMembers(database);
    if (members > 0) {
      throw new ConfigError([
        `${members === 1 ? "a bridge uses" : "bridges use"} the database; stop every bridge first`,
      ]);
    }
    const waiting = await database.side.read<{
      seq: number;
      progress: string | null;
      requeues: number;
    }>("SELECT seq, progress, requeues FROM outbox WHERE state = 'waiting'");
    const mark = async ({ seq, progress, requeues }: (typeof waiting)[number]): Promise<void> => {
      const doubtful = tryDoubt(progress ?? undefined, requeues);
      if (doubtful === undefined) return;
      const sql = "UPDATE outbox SET progress = $2, begun = 1 WHERE seq = $1 AND state = 'waiting'";
      await database.write({ sql, values: [seq, doubtful] });
    };
    await Promise.all(waiting.map(mark));
    return waiting.length;
  } finally {
    await database.close();
  }
}
