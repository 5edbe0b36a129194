import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { holdPlace } from "./hold-place.ts";
import { createBatchRunner } from "./sqlite-batch.ts";
import type { Answer, Operation } from "./sqlite-operation.ts";
import { STATE_VERSION } from "./state-version.ts";
import { upgrade, versionOf } from "./upgrade.ts";

/** A SQLite file that is open in this thread. */
export interface OpenFile {
  /** The version of the state that was found in it. */
  readonly version: number;
  readonly run: (operations: readonly Operation[]) => readonly Answer[];
  /** To be called when whoever waits for what was written has got the answer: does what may take its time. */
  afterWrite(): void;
  close(): void;
}

/** How long another program may hold the file. */
const BUSY_TIMEOUT_MS = 5_000;
/** After this time without a write the log is emptied, so that what was deleted does not stay in it. */
const QUIET_MS = 1_000;
/** 1 MB: nobody gets an answer while it is copied. */
const LOG_PAGES = 250;
/** A page of the file, and 24 bytes about it. */
const LOG_PAGE_BYTES = 4_120;

/** @throws what SQLite throws */
export function openFile(path: string, mayUpgrade: boolean): OpenFile {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    const version = versionOf(database);
    if (version <= STATE_VERSION) {
      prepare(database);
      if (mayUpgrade) upgrade(database);
    }
    const checkpoints = createCheckpoints(database, `${path}-wal`);
    return {
      version,
      run: createBatchRunner(database, holdPlace([path, `${path}-wal`])),
      afterWrite: checkpoints.afterWrite,
      close() {
        checkpoints.stop();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepare(database: DatabaseSync): void {
  database.exec("PRAGMA journal_mode = WAL");
  // FULL: a commit returns only after the log is synced, so an acknowledged item survives a power cut too.
  database.exec("PRAGMA synchronous = FULL");
  // What is deleted is overwritten with zeros.
  database.exec("PRAGMA secure_delete = ON");
  // The log is copied into the file and begun anew whenever it has so many pages. It keeps that length then: to sync a file that
  // grows takes twice the time.
  database.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
  // What it has grown by while somebody else read is cut off, because nothing would overwrite it.
  database.exec(`PRAGMA journal_size_limit = ${LOG_PAGES * LOG_PAGE_BYTES}`);
}

/**
 * Copies the write-ahead log into the file and empties it after a quiet time, so that what was deleted does not stay in it.
 * While somebody else reads, it is copied without being emptied, and emptied afterwards.
 */
function createCheckpoints(database: DatabaseSync, log: string) {
  function checkpoint(): void {
    try {
      database.exec("PRAGMA busy_timeout = 0");
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // The disk is full or broken: whoever writes next is told. What is in the log is not lost.
    }
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    if (sizeOf(log) > 0) quiet.refresh();
  }

  const quiet = setTimeout(checkpoint, QUIET_MS);
  return {
    afterWrite: () => void quiet.refresh(),
    stop: () => clearTimeout(quiet),
  };
}

/** 0: it is not there, or cannot be seen, which whoever reads or writes next is told. */
function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
