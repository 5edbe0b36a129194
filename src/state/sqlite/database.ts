import type { Alarms } from "../../alarms.ts";
import { ConfigError, StorageError } from "../../errors.ts";
import { checkIntegrity } from "./check-integrity.ts";
import { lock } from "./lock.ts";
import { moveValues } from "./move-values.ts";
import { keepToOurselves } from "./private-files.ts";
import type { Answer, Operation, SqlValue, Statement } from "./sqlite-operation.ts";
import { OpenError, openInThread, type ThreadDatabase } from "./sqlite-thread.ts";
import { STATE_VERSION } from "./state-version.ts";
import { createStorageAlarm, type StorageAlarm } from "./storage-alarm.ts";

/**
 * One SQLite file. What is asked of it happens in the order in which it was asked for. Writes that are in flight together
 * share one transaction, and so one sync to disk.
 *
 * @throws {StorageError} from every call, without the values
 */
export interface Database {
  read<Row>(sql: string, ...values: SqlValue[]): Promise<Row[]>;
  /** One statement, synced to disk when resolved. One that fails does not harm those that share its transaction. */
  write<Row>(sql: string, ...values: SqlValue[]): Promise<Row[]>;
  /** Several statements: all of them or none. False: a condition among them was not met, and nothing was stored. */
  writeAll(statements: readonly Statement[]): Promise<boolean>;
  /**
   * Writes the file anew, so that nothing of what was deleted is in it, and empties the log. Whatever else is asked of it waits as
   * long. Fails while somebody else reads the file.
   */
  compact(): Promise<void>;
  /** Writes, to find out whether that can be done. */
  probe(): Promise<void>;
  /** Finishes what was asked for; safe to repeat. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /**
   * `own`: the file is brought up to this version, and read as a whole in the background to find damage. At most one process
   * may have it so: two bridges on one state would send everything twice · `share`: beside a bridge that has it; a file of an earlier version is refused · `visit`: to see
   * whether it could be owned; an earlier version stays what it is.
   */
  access: "own" | "share" | "visit";
  /** Raised when the file cannot be written or is damaged, cleared when it can be written again. */
  alarms?: Pick<Alarms, "raise" | "clear">;
}

/**
 * Its files can be read by nobody but their owner.
 *
 * @throws {ConfigError} another process has it, or another version wrote it
 * @throws {StorageError} the file cannot be opened, or is no SQLite database; says what to do
 */
export async function openDatabase(
  path: string,
  { access, alarms }: DatabaseOptions,
): Promise<Database> {
  const alarm = createStorageAlarm(path, alarms);
  const file = keepToOurselves(path);
  const unlock = access === "own" ? await lock(`${file}.lock`) : undefined;
  let database: Database | undefined;
  try {
    database = onThread(await openThread(file, access, alarm), alarm);
    if (access === "own") await moveValues(database);
  } catch (error) {
    await database?.close();
    await unlock?.();
    throw error;
  }
  const { close, ...rest } = database;
  const check = access === "own" ? checkIntegrity(file, alarm.failureOf) : undefined;
  let closed: Promise<void> | undefined;
  return {
    ...rest,
    close() {
      check?.stop();
      closed ??= close().then(unlock);
      return closed;
    },
  };
}

async function openThread(
  path: string,
  access: DatabaseOptions["access"],
  { failureOf }: StorageAlarm,
): Promise<ThreadDatabase> {
  const thread = await openInThread(path, access === "own").catch((error: unknown) => {
    throw error instanceof OpenError ? failureOf(error) : error;
  });
  const { version } = thread;
  if (version > STATE_VERSION || (version < STATE_VERSION && access === "share")) {
    await thread.close();
    throw new ConfigError([wrongVersion(path, version)]);
  }
  return thread;
}

const wrongVersion = (path: string, version: number): string =>
  version > STATE_VERSION
    ? `${path} was written by a later version of the bridge (${version}, and this one knows ${STATE_VERSION}); use that version, or restore a backup of before it`
    : `${path} was written by an earlier version of the bridge; start the bridge of this version once, which brings it up to date`;

function onThread(thread: ThreadDatabase, { failureOf, stored }: StorageAlarm): Database {
  let isClosing = false;

  async function run(operation: Operation): Promise<Answer> {
    // After `close` it is no trouble of the disk, and questions of an aborted start must not wait for one.
    if (isClosing) throw new StorageError("the state is closed");
    const answer = await thread.run(operation);
    if ("code" in answer) throw failureOf(answer);
    if (operation.kind === "write") stored();
    return answer;
  }

  async function rowsOf<Row>(operation: Operation): Promise<Row[]> {
    const answer = await run(operation);
    return "rows" in answer ? ((answer.rows[0] ?? []) as Row[]) : [];
  }

  const write = <Row>(sql: string, ...values: SqlValue[]) =>
    rowsOf<Row>({ kind: "write", statements: [{ sql, values }] });

  return {
    read: (sql, ...values) => rowsOf({ kind: "read", statement: { sql, values } }),
    write,
    writeAll: async (statements) => "rows" in (await run({ kind: "write", statements })),
    async compact() {
      await run({ kind: "compact" });
    },
    async probe() {
      const statements = [
        { sql: "CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, room TEXT)", values: [] },
        { sql: "INSERT OR REPLACE INTO probe (id, room) VALUES (1, ?)", values: [ROOM] },
      ];
      await run({ kind: "write", statements });
    },
    async close() {
      isClosing = true;
      await thread.close();
    },
  };
}

/** Larger than a usual callback: if there is no room for a callback, the probe must fail too. */
const ROOM = "room".repeat(5_000);
