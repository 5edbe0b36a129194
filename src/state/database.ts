import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { KeyvSqlite } from "@keyv/sqlite";
import { ConfigError, StorageError } from "../errors.ts";

export type SqlValue = string | number | null;

/** One SQLite file. Writes that are in flight together share one transaction, and so one sync to disk. */
export interface Database {
  /** The same file as a Keyv adapter; its writes join the shared transactions. */
  readonly keyvStore: KeyvSqlite;
  /** @throws {StorageError} */
  read<Row>(sql: string, ...values: SqlValue[]): Promise<Row[]>;
  /**
   * One statement, synced to disk when resolved. A statement that fails does not harm those that share its transaction.
   *
   * @throws {StorageError}
   */
  write<Row>(sql: string, ...values: SqlValue[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** `sqlite:./data/bridge.sqlite` → `./data/bridge.sqlite`. */
export const toPath = (stateUrl: string): string => stateUrl.replace(/^sqlite:(\/\/)?/, "");

interface Write {
  readonly sql: string;
  readonly values: readonly unknown[];
  readonly resolve: (rows: unknown[]) => void;
  readonly reject: (error: StorageError) => void;
}

/**
 * `exclusive`: no other process may have it so at the same time; two bridges on one state would send everything twice.
 *
 * @throws {ConfigError} another process has it
 * @throws {StorageError} the file cannot be opened, or is no SQLite database
 */
export async function openDatabase(
  path: string,
  { exclusive }: { readonly exclusive: boolean },
): Promise<Database> {
  mkdirSync(dirname(path), { recursive: true });
  const unlock = exclusive ? await lock(`${path}.lock`) : undefined;
  const keyvStore = new KeyvSqlite({
    uri: `sqlite://${path}`,
    busyTimeout: 5_000,
    iterationLimit: 1_000,
  });
  // Its own listener: without one, an EventEmitter's "error" ends the process. The same error reaches every query.
  keyvStore.on("error", () => {});
  // The adapter (4.0.8) overwrites a `connect` option that it is given, so its public `query` is wrapped instead.
  const query = keyvStore.query.bind(keyvStore) as (
    sql: string,
    ...values: readonly unknown[]
  ) => Promise<unknown[]>;
  const run = (sql: string, values: readonly unknown[]) =>
    query(sql, ...values).catch((error: unknown) => {
      throw new StorageError(`SQLite: ${sqliteCode(error)}`, { cause: error });
    });

  await run("PRAGMA journal_mode = WAL", []);
  // FULL: a commit returns only after the log is synced, so an acknowledged item survives a power cut too.
  await run("PRAGMA synchronous = FULL", []);

  let waiting: Write[] = [];
  let committing: Promise<void> | undefined;

  function write(sql: string, values: readonly unknown[]): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      waiting.push({ sql, values, resolve, reject });
      committing ??= commitAll();
    });
  }

  async function commitAll(): Promise<void> {
    // One turn of the event loop first, so that everything that arrived together is committed together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await commit(batch);
    }
    // In the same breath as the look: a write in between would find a loop that has ended, and wait for ever.
    committing = undefined;
  }

  async function commit(batch: readonly Write[]): Promise<void> {
    const settle: (() => void)[] = [];
    try {
      await run("BEGIN IMMEDIATE", []);
      for (const { sql, values, resolve, reject } of batch) {
        try {
          const rows = await run(sql, values);
          settle.push(() => resolve(rows));
        } catch (error) {
          // A full or broken disk: SQLite may have rolled back already, and would commit what follows piece by piece.
          if (!isOwnFault(error)) throw error;
          settle.push(() => reject(error as StorageError));
        }
      }
      await run("COMMIT", []);
      for (const done of settle) done();
    } catch (error) {
      await run("ROLLBACK", []).catch(() => {});
      for (const { reject } of batch) reject(error as StorageError);
    }
  }

  keyvStore.query = (sql: string, ...values: unknown[]) =>
    /^\s*(insert|update|delete)/i.test(sql) ? write(sql, values) : run(sql, values);

  return {
    keyvStore,
    read: <Row>(sql: string, ...values: SqlValue[]) => run(sql, values) as Promise<Row[]>,
    write: <Row>(sql: string, ...values: SqlValue[]) => write(sql, values) as Promise<Row[]>,
    async close() {
      await committing;
      await keyvStore.close();
      await unlock?.();
    },
  };
}

/**
 * Holds the file through a transaction that is never committed: the operating system ends it with the process, however
 * that ends. Returns how to give it up.
 */
async function lock(path: string): Promise<() => Promise<void>> {
  const holder = new KeyvSqlite({ uri: `sqlite://${path}`, busyTimeout: 2_000 });
  holder.on("error", () => {});
  try {
    await holder.query("BEGIN EXCLUSIVE");
  } catch (error) {
    throw new ConfigError(
      [`STATE_URL is in use by another bridge (${path} is locked); stop that one first`],
      { cause: error },
    );
  }
  return () => holder.close();
}

/** Whether only the statement is wrong, and the transaction as good as before. */
const isOwnFault = (error: unknown): boolean =>
  error instanceof Error &&
  /^SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE)/.test(sqliteCode(error.cause));

function sqliteCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "failed";
}
