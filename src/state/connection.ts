import { KeyvSqlite } from "@keyv/sqlite";
import { StorageError } from "../errors.ts";
import { codeOf, troubleOf } from "./storage-trouble.ts";

/** A connection to one SQLite file, on which statements run one after the other. */
export interface Connection {
  /** The same connection as a Keyv adapter. */
  readonly keyvStore: KeyvSqlite;
  /** @throws {StorageError} without the values */
  run(sql: string, values: readonly unknown[]): Promise<unknown[]>;
  /** Whether a statement has met a damaged place of the file. It stays damaged, even if others can still be written. */
  isDamaged(): boolean;
  close(): Promise<void>;
}

/**
 * `onTrouble` is called when the file or its disk is the reason of a failure, with what to do.
 *
 * @throws {StorageError} it cannot be opened, or is no SQLite database; says what to do
 */
export async function openConnection(
  path: string,
  onTrouble: (advice: string) => void,
): Promise<Connection> {
  const keyvStore = new KeyvSqlite({
    uri: `sqlite://${path}`,
    busyTimeout: 5_000,
    iterationLimit: 1_000,
  });
  // Without a listener an EventEmitter's "error" ends the process. The same error reaches every query.
  keyvStore.on("error", () => {});
  const query = keyvStore.query.bind(keyvStore) as (
    sql: string,
    ...values: readonly unknown[]
  ) => Promise<unknown[]>;
  let isDamaged = false;

  async function run(sql: string, values: readonly unknown[]): Promise<unknown[]> {
    try {
      return await query(sql, ...values);
    } catch (cause) {
      const code = codeOf(cause);
      if (OWN_FAULT.test(code)) throw new StorageError(`SQLite: ${code}`, { cause });
      const { advice, canPass } = troubleOf(code, path);
      isDamaged ||= DAMAGED.test(code);
      onTrouble(advice);
      throw new StorageError(`SQLite: ${advice}`, { cause, canPass });
    }
  }

  try {
    await run("PRAGMA journal_mode = WAL", []);
    // FULL: a commit returns only after the log is synced, so an acknowledged item survives a power cut too.
    await run("PRAGMA synchronous = FULL", []);
  } catch (error) {
    await keyvStore.close().catch(() => {});
    throw error;
  }
  return { keyvStore, run, isDamaged: () => isDamaged, close: () => keyvStore.close() };
}

/** Whether a statement failed because of what it says itself, so that others can be run. */
export const isOwnFault = (error: unknown): boolean =>
  error instanceof StorageError && OWN_FAULT.test(codeOf(error.cause));

const OWN_FAULT = /^SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE)/;
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;
