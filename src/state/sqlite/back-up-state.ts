import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { ConfigError, StorageError } from "../../errors.ts";
import { type CopyFacts, examineCopy } from "./copy-facts.ts";
import { companionsOf, isSameFile, removeDatabase } from "./database-files.ts";
import { lock } from "./lock.ts";
import { codeOf, troubleOf } from "./storage-trouble.ts";
import { syncToDisk } from "./sync-to-disk.ts";

export interface BackUpOptions {
  /** A file that is there is replaced once the new backup is complete. */
  overwrite: boolean;
  /** Ends it; nothing is left behind. */
  signal: AbortSignal;
}

/** How long the state may be held by another program: a bridge that starts on one of an earlier version, for a while. */
const BUSY_TIMEOUT_MS = 5_000;
/** 4 MB in one go; between two the copying can be ended. */
const PAGES_AT_ONCE = 1_000;

/**
 * Copies the state at `state` into `file`, as it is at one moment, also while a bridge writes to it. `file` is complete,
 * examined and on disk when it appears; only its owner can read it.
 *
 * @throws {StorageError} there is no backup, and nothing was left behind; says what to do
 */
export async function backUpState(
  state: string,
  file: string,
  { overwrite, signal }: BackUpOptions,
): Promise<CopyFacts> {
  refuseTarget(state, file, overwrite);
  const release = await claim(file);
  const part = `${file}.part`;
  try {
    // Of a backup that was killed.
    removeDatabase(part);
    closeSync(openSync(part, "wx", 0o600));
    await copy(state, part, signal);
    const facts = examineCopy(part, state);
    syncToDisk(part);
    renameSync(part, file);
    syncToDisk(dirname(file));
    return facts;
  } catch (error) {
    if (error instanceof StorageError || error === signal.reason) throw error;
    throw toTrouble(error, file);
  } finally {
    removeDatabase(part);
    await release();
  }
}

const refusal = (message: string): StorageError => new StorageError(message, { canPass: false });

function refuseTarget(state: string, file: string, overwrite: boolean): void {
  const folder = dirname(file);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw refusal(`There is no folder ${folder}; make it first`);
  }
  const own = realpathSync(state);
  const isOwnName = ["", "-wal", "-shm", "-journal", ".lock"].some(
    (end) => join(realpathSync(folder), basename(file)) === own + end,
  );
  if (isOwnName || isSameFile(state, file)) {
    throw refusal(`${file} belongs to the state itself; name another file`);
  }
  const [companion] = companionsOf(file);
  if (companion) {
    throw refusal(
      `${companion} lies beside it and would be taken for a part of the backup; name another file, or move that one away`,
    );
  }
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there && !there.isFile()) throw refusal(`${file} is no plain file; name another one`);
  if (there && !overwrite) {
    throw refusal(
      `${file} is there already; name another file, or add --overwrite, which replaces it once the new backup is complete`,
    );
  }
}

/** Keeps a bridge and other backups away from `file`. */
async function claim(file: string): Promise<() => Promise<void>> {
  const path = `${file}.lock`;
  const isNew = !existsSync(path);
  try {
    const unlock = await lock(path);
    return async () => {
      if (isNew) rmSync(path, { force: true });
      await unlock();
    };
  } catch (cause) {
    if (cause instanceof ConfigError) {
      throw refusal(`${file} is in use by a bridge or by another backup; name another file`);
    }
    throw toTrouble(cause instanceof StorageError ? cause.cause : cause, file);
  }
}

/**
 * Within one transaction that reads, so that what is written meanwhile neither gets in nor makes the copying begin anew. The
 * write-ahead log of the state keeps growing until it ends.
 */
async function copy(state: string, part: string, signal: AbortSignal): Promise<void> {
  const source = openForReading(state);
  try {
    signal.throwIfAborted();
    await backup(source, part, {
      rate: PAGES_AT_ONCE,
      progress: () => signal.throwIfAborted(),
    });
  } finally {
    source.close();
  }
}

function openForReading(state: string): DatabaseSync {
  let source: DatabaseSync | undefined;
  try {
    source = new DatabaseSync(state, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    source.exec("BEGIN");
    source.prepare("SELECT count(*) FROM sqlite_schema").get();
    return source;
  } catch (cause) {
    source?.close();
    const code = codeOf(cause);
    if (/^SQLITE_(CANTOPEN|PERM|READONLY)$/.test(code)) {
      throw new StorageError(
        `${resolve(state)} cannot be opened (${code}); run this as the bridge's own user`,
        { cause, canPass: false },
      );
    }
    const { advice, canPass } = troubleOf(code, state);
    throw new StorageError(advice, { cause, canPass });
  }
}

function toTrouble(cause: unknown, file: string): StorageError {
  const code = codeOf(cause);
  if (/^(EACCES|EPERM|EROFS|SQLITE_(CANTOPEN|PERM|READONLY))$/.test(code)) {
    const advice = `${file} cannot be written (${code}); name another file, or look at the rights of its folder`;
    return new StorageError(advice, { cause, canPass: false });
  }
  const { advice, canPass } = troubleOf(code, file);
  return new StorageError(advice, { cause, canPass });
}
