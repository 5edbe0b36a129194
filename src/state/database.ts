import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { KeyvSqlite } from "@keyv/sqlite";
import type { Alarms } from "../alarms.ts";
import { ConfigError, StorageError } from "../errors.ts";
import { troubleOf } from "./storage-trouble.ts";

type SqlValue = string | number | null;

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
  /**
   * One row for a statement over `json_each(?)`, whose `value ->> 0`, `->> 1` … are the row. Rows in flight together go in
   * one statement, in their order. Resolves with the row of its `RETURNING` whose `row` is this row's first value.
   *
   * @throws {StorageError} nothing of the rows that shared the statement was stored
   */
  writeRow<Row>(sql: string, ...row: readonly [SqlValue, ...SqlValue[]]): Promise<Row | undefined>;
  /**
   * Writes, to find out whether that can be done.
   *
   * @throws {StorageError}
   */
  probe(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** At most one process may open the file so: two bridges on one state would send everything twice. */
  exclusive: boolean;
  /** Raised when the file cannot be written or is damaged, cleared when it can be written again. */
  alarms?: Pick<Alarms, "raise" | "clear">;
}

/** `sqlite:./data/bridge.sqlite` → `./data/bridge.sqlite`. */
export const toPath = (stateUrl: string): string => stateUrl.replace(/^sqlite:(\/\/)?/, "");

interface Write {
  sql: string;
  /** Of a statement of its own, or one row for a shared one. */
  values: readonly unknown[];
  shared: boolean;
  resolve: (rows: unknown[]) => void;
  reject: (error: StorageError) => void;
}

/**
 * Its files can be read by nobody but their owner.
 *
 * @throws {ConfigError} another process has it
 * @throws {StorageError} the file cannot be opened, or is no SQLite database; says what to do
 */
export async function openDatabase(
  path: string,
  { exclusive, alarms }: DatabaseOptions,
): Promise<Database> {
  keepToOurselves(path);
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
  let isDamaged = false;
  let isClosing = false;
  const run = (sql: string, values: readonly unknown[]) =>
    query(sql, ...values).catch((cause: unknown) => {
      const code = sqliteCode(cause);
      if (OWN_FAULT.test(code)) throw new StorageError(`SQLite: ${code}`, { cause });
      const { advice, canPass } = troubleOf(code, path);
      isDamaged ||= DAMAGED.test(code);
      alarms?.raise("store", advice);
      throw new StorageError(`SQLite: ${advice}`, { cause, canPass });
    });

  try {
    await run("PRAGMA journal_mode = WAL", []);
    // FULL: a commit returns only after the log is synced, so an acknowledged item survives a power cut too.
    await run("PRAGMA synchronous = FULL", []);
  } catch (error) {
    await keyvStore.close().catch(() => {});
    await unlock?.();
    throw error;
  }

  let waiting: Write[] = [];
  let committing: Promise<void> | undefined;

  /** Throws after `close`: that is no trouble of the disk, and questions of an aborted start must not wait for one. */
  const refuseIfClosing = (): void => {
    if (isClosing) throw new StorageError("the state is closed");
  };

  async function read(sql: string, values: readonly unknown[]): Promise<unknown[]> {
    refuseIfClosing();
    return await run(sql, values);
  }

  async function write(
    sql: string,
    values: readonly unknown[],
    shared: boolean,
  ): Promise<unknown[]> {
    refuseIfClosing();
    return await new Promise((resolve, reject) => {
      waiting.push({ sql, values, shared, resolve, reject });
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
    // Synchronous with the check above, else a write in between would never be committed.
    committing = undefined;
  }

  async function commit(batch: readonly Write[]): Promise<void> {
    const statements = toStatements(batch);
    const settle: (() => void)[] = [];
    // A single statement is a transaction by itself.
    const isOne = statements.length === 1;
    try {
      if (!isOne) await run("BEGIN IMMEDIATE", []);
      for (const { sql, values, writes } of statements) {
        try {
          const rows = await run(sql, values);
          for (const write of writes) settle.push(() => write.resolve(rows));
        } catch (error) {
          // A full or broken disk: SQLite may have rolled back already, and would commit what follows piece by piece.
          if (!isOwnFault(error)) throw error;
          for (const write of writes) settle.push(() => write.reject(error as StorageError));
        }
      }
      if (!isOne) await run("COMMIT", []);
      // A damaged file stays damaged, even if other pages of it can still be written.
      if (!isDamaged) alarms?.clear("store");
      for (const done of settle) done();
    } catch (error) {
      if (!isOne) await run("ROLLBACK", []).catch(() => {});
      for (const { reject } of batch) reject(error as StorageError);
    }
  }

  keyvStore.query = (sql: string, ...values: unknown[]) =>
    /^\s*(insert|update|delete)/i.test(sql) ? write(sql, values, false) : read(sql, values);
  keyvStore.set = (key: string, value: unknown) => write(KEYV_SET, [key, value], true);

  return {
    keyvStore,
    read: <Row>(sql: string, ...values: SqlValue[]) => read(sql, values) as Promise<Row[]>,
    write: <Row>(sql: string, ...values: SqlValue[]) => write(sql, values, false) as Promise<Row[]>,
    async writeRow<Row>(sql: string, ...row: readonly [SqlValue, ...SqlValue[]]) {
      const rows = (await write(sql, row, true)) as { row: SqlValue }[];
      return rows.find((returned) => returned.row === row[0]) as Row | undefined;
    },
    async probe() {
      await write(KEYV_SET, ["probe", PROBE], true);
    },
    async close() {
      isClosing = true;
      await committing;
      await keyvStore.close();
      await unlock?.();
    },
  };
}

/** Does what the adapter's own `set` does, for any number of keys at once. Of two values for one key the later stays. */
const KEYV_SET = `INSERT INTO keyv (key, value) SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

interface Statement {
  sql: string;
  values: readonly unknown[];
  writes: readonly Write[];
}

/** Joins rows for the same shared statement, at the place of the first: preparing a statement is what costs most. */
function toStatements(batch: readonly Write[]): Statement[] {
  const shared = new Map<string, Write[]>();
  const groups: Write[][] = [];
  for (const write of batch) {
    const group = write.shared ? shared.get(write.sql) : undefined;
    if (group) {
      group.push(write);
      continue;
    }
    const started = [write];
    groups.push(started);
    if (write.shared) shared.set(write.sql, started);
  }
  return groups.flatMap((writes) => {
    const [first] = writes;
    if (!first) return [];
    const values = first.shared
      ? [JSON.stringify(writes.map((write) => write.values))]
      : first.values;
    return [{ sql: first.sql, values, writes }];
  });
}

const OURS_ALONE = 0o600;
/** Larger than a usual callback: if there is no room for a callback, the probe must fail too. */
const PROBE = JSON.stringify("room".repeat(5_000));

/**
 * Makes the file, and its folder if needed, and takes everybody else's rights to what is there. SQLite gives the files
 * that it puts beside it the same rights.
 */
function keepToOurselves(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    for (const file of [path, `${path}.lock`]) closeSync(openSync(file, "a", OURS_ALONE));
    for (const file of [path, `${path}.lock`, `${path}-wal`, `${path}-shm`]) {
      // Where it is not ours, its owner decides who else may use it.
      if (existsSync(file) && statSync(file).uid === userInfo().uid) chmodSync(file, OURS_ALONE);
    }
  } catch (cause) {
    const { advice, canPass } = troubleOf((cause as NodeJS.ErrnoException).code ?? "", path);
    throw new StorageError(`STATE_URL: ${advice}`, { cause, canPass });
  }
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
  } catch (cause) {
    await holder.close().catch(() => {});
    const code = sqliteCode(cause);
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

/** Whether only this statement is wrong, and the transaction around it can go on. */
const isOwnFault = (error: unknown): boolean =>
  error instanceof Error && OWN_FAULT.test(sqliteCode(error.cause));

const OWN_FAULT = /^SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE)/;
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;

function sqliteCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "failed";
}
