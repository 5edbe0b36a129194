import { KeyvSqlite } from "@keyv/sqlite";
import { ConfigError, StorageError } from "../errors.ts";
import { codeOf, troubleOf } from "./storage-trouble.ts";

/**
 * Holds a file through a transaction in it that is never committed: the operating system ends that with the process, however
 * the process ends. Returns how to give it up.
 *
 * @throws {ConfigError} another process holds it
 * @throws {StorageError} it cannot be opened; says what to do
 */
export async function lock(path: string): Promise<() => Promise<void>> {
  const holder = new KeyvSqlite({ uri: `sqlite://${path}`, busyTimeout: 2_000 });
  // Without a listener an EventEmitter's "error" ends the process. The same error reaches the query.
  holder.on("error", () => {});
  try {
    await holder.query("BEGIN EXCLUSIVE");
  } catch (cause) {
    await holder.close().catch(() => {});
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
  return () => holder.close();
}
