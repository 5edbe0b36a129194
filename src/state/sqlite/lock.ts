import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { ConfigError, StorageError } from "../../errors.ts";
import { codeOf, troubleOf } from "./storage-trouble.ts";

/** A bridge that is just ending, or a doctor that only looks, lets go within this time. */
const TRY_FOR_MS = 2_000;
const TRY_EVERY_MS = 50;

/**
 * Holds a file through a transaction in it that is never committed: the operating system ends that with the process, however
 * the process ends. Returns how to give it up; whoever forgets that function gives the file up too, at some time.
 *
 * @throws {ConfigError} another process holds it
 * @throws {StorageError} it cannot be opened; says what to do
 */
export async function lock(path: string): Promise<() => Promise<void>> {
  try {
    const holder = await hold(path, Date.now() + TRY_FOR_MS);
    return async () => holder.close();
  } catch (cause) {
    const code = codeOf(cause);
    if (code === "SQLITE_BUSY") {
      throw new ConfigError(
        [`STATE_URL is in use by another bridge (${path} is locked); stop that one first`],
        { cause },
      );
    }
    const { advice, canPass } = troubleOf(code, path);
    throw new StorageError(`STATE_URL: ${advice}`, { cause, canPass });
  }
}

/** Tries again and again, because SQLite's own waiting would hold up everything else in this thread. */
async function hold(path: string, until: number): Promise<DatabaseSync> {
  const holder = new DatabaseSync(path, { timeout: 0 });
  for (;;) {
    try {
      holder.exec("BEGIN EXCLUSIVE");
      return holder;
    } catch (error) {
      if (codeOf(error) !== "SQLITE_BUSY" || Date.now() > until) {
        holder.close();
        throw error;
      }
    }
    await pause(TRY_EVERY_MS);
  }
}
