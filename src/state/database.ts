import type { KeyvSqlite } from "@keyv/sqlite";
import type { Alarms } from "../alarms.ts";
import { StorageError } from "../errors.ts";
import { type Connection, isOwnFault, openConnection } from "./connection.ts";
import { type Change, createGroupCommit, type Rows, type SqlValue } from "./group-commit.ts";
import { lock } from "./lock.ts";
import { keepToOurselves } from "./private-files.ts";

/** A row for a statement over `json_each(?)`, whose `value ->> 0`, `->> 1` … are its values. */
interface RowChange {
  readonly sql: string;
  readonly row: readonly [SqlValue, ...SqlValue[]];
}

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
   * One row, as {@link RowChange} says. Rows in flight together go in one statement, in their order. Resolves with the row of
   * its `RETURNING` whose `row` is this row's first value.
   *
   * @throws {StorageError}
   */
  writeRow<Row>(sql: string, ...row: RowChange["row"]): Promise<Row | undefined>;
  /**
   * Several rows, for one statement or for different ones: all of them or none.
   *
   * @throws {StorageError}
   */
  writeRows(changes: readonly RowChange[]): Promise<void>;
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

/** Does what Keyv's own `set` does, for any number of keys at once. Of two values for one key the later stays. */
export const KEYV_SET = `INSERT INTO keyv (key, value) SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

/** Larger than a usual callback: if there is no room for a callback, the probe must fail too. */
const PROBE = JSON.stringify("room".repeat(5_000));

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
  try {
    const connection = await openConnection(path, (advice) => alarms?.raise("store", advice));
    const database = onConnection(connection, () => alarms?.clear("store"));
    return {
      ...database,
      async close() {
        await database.close();
        await unlock?.();
      },
    };
  } catch (error) {
    await unlock?.();
    throw error;
  }
}

/** `onWell` is called when something was stored, and nothing is damaged. */
function onConnection(connection: Connection, onWell: () => void): Database {
  const { keyvStore, run, isDamaged } = connection;
  const onCommit = () => {
    if (!isDamaged()) onWell();
  };
  const group = createGroupCommit({ run, isOwnFault, onCommit });
  let isClosing = false;

  /** After `close` it is no trouble of the disk, and questions of an aborted start must not wait for one. */
  const refuseIfClosing = (): void => {
    if (isClosing) throw new StorageError("the state is closed");
  };

  async function read(sql: string, values: readonly unknown[]): Promise<unknown[]> {
    refuseIfClosing();
    return await run(sql, values);
  }

  async function commit(changes: readonly Change[]): Promise<readonly Rows[]> {
    refuseIfClosing();
    return await group.commit(changes);
  }

  async function write(sql: string, values: readonly SqlValue[]): Promise<Rows> {
    const [rows = []] = await commit([{ sql, values, isRow: false }]);
    return rows;
  }

  async function writeRow(sql: string, row: RowChange["row"]): Promise<unknown> {
    const [rows = []] = await commit([{ sql, values: row, isRow: true }]);
    return rows.find((returned) => (returned as { row?: SqlValue }).row === row[0]);
  }

  // The adapter (4.0.8) overwrites a `connect` option that it is given, so its public methods are replaced instead.
  keyvStore.query = (sql: string, ...values: unknown[]) =>
    /^\s*(insert|update|delete)/i.test(sql) ? write(sql, values as SqlValue[]) : read(sql, values);
  keyvStore.set = (key: string, value: string) => writeRow(KEYV_SET, [key, value]);

  return {
    keyvStore,
    read: <Row>(sql: string, ...values: SqlValue[]) => read(sql, values) as Promise<Row[]>,
    write: <Row>(sql: string, ...values: SqlValue[]) => write(sql, values) as Promise<Row[]>,
    writeRow: <Row>(sql: string, ...row: RowChange["row"]) =>
      writeRow(sql, row) as Promise<Row | undefined>,
    async writeRows(changes) {
      await commit(changes.map(({ sql, row }) => ({ sql, values: row, isRow: true })));
    },
    async probe() {
      await writeRow(KEYV_SET, ["probe", PROBE]);
    },
    async close() {
      isClosing = true;
      await group.idle();
      await connection.close();
    },
  };
}
