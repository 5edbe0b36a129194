import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { createBatchRunner } from "./sqlite-batch.ts";
import type { Answer, Operation } from "./sqlite-operation.ts";
import { STATE_VERSION } from "./state-version.ts";
import { upgrade, versionOf } from "./upgrade.ts";

/** A SQLite file that is open in this thread. */
export interface OpenFile {
  /** The version of the state that was found in it. */
  readonly version: number;
  readonly run: (operations: readonly Operation[]) => readonly Answer[];
  /** To be called when whoever waits has got the answers: does what may take its time. */
  afterAnswer(): void;
  close(): void;
}

/** How long another program may hold the file. */
const BUSY_TIMEOUT_MS = 5_000;
/** How much the write-ahead log may grow before it is copied into the file. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
/** After this quiet time it is copied too, so that what was deleted does not stay in it. */
const QUIET_MS = 1_000;

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
      run: createBatchRunner(database),
      afterAnswer: checkpoints.afterAnswer,
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
  // Done below instead, when nobody waits for an answer.
  database.exec("PRAGMA wal_autocheckpoint = 0");
}

/**
 * Copies the write-ahead log into the file and empties it, as often as needed. While somebody else reads, it is copied without
 * being emptied.
 */
function createCheckpoints(database: DatabaseSync, log: string) {
  let nextAt = CHECKPOINT_BYTES;

  function checkpoint(): void {
    try {
      database.exec("PRAGMA busy_timeout = 0");
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // The disk is full or broken: whoever writes next is told. What is in the log is not lost.
    }
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    nextAt = sizeOf(log) + CHECKPOINT_BYTES;
  }

  const quiet = setTimeout(checkpoint, QUIET_MS);
  return {
    afterAnswer() {
      if (sizeOf(log) >= nextAt) checkpoint();
      quiet.refresh();
    },
    stop: () => clearTimeout(quiet),
  };
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
