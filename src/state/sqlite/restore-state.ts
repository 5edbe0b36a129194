import {
  createReadStream,
  createWriteStream,
  existsSync,
  linkSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pipeline } from "node:stream/promises";
import { defined } from "../../defined.ts";
import { StorageError } from "../../errors.ts";
import { type CopyFacts, examineCopy } from "./copy-facts.ts";
import {
  COMPANIONS,
  companionsOf,
  isSameFile,
  ownPathOf,
  removeDatabase,
} from "./database-files.ts";
import { doubtWaiting } from "./doubt-waiting.ts";
import { lockState } from "./lock-state.ts";
import { foreignOwnerOf } from "./private-files.ts";
import { codeOf, troubleOf } from "./storage-trouble.ts";
import { syncToDisk } from "./sync-to-disk.ts";

export interface Restored extends CopyFacts {
  /** Replies and hand-backs that waited, and may have been done since: the bridge asks the agents. */
  readonly inDoubt: number;
  /** Where the state is that was there before. */
  readonly kept?: string;
}

export interface RestoreOptions {
  /** Ends it while nothing has been changed. */
  signal: AbortSignal;
  now: () => Date;
}

/**
 * Puts a copy of `backup` in the place of the state at `state`, and keeps what was there beside it. Wherever this ends, also
 * by a power cut, either the one or the other is there: it becomes the new one through a single renaming.
 *
 * @throws {ConfigError} a bridge has the state open
 * @throws {StorageError} the state is what it was; says what to do
 */
export async function restoreState(
  state: string,
  backup: string,
  { signal, now }: RestoreOptions,
): Promise<Restored> {
  refuseBackup(state, backup);
  const target = ownPathOf(state);
  const foreignOwner = existsSync(target) ? foreignOwnerOf(target) : undefined;
  if (foreignOwner !== undefined) throw refusal(foreignOwner);
  const unlock = await lockState(target);
  const fresh = `${target}.restoring`;
  try {
    // Of a restore that was killed.
    removeDatabase(fresh);
    await copyPrivately(backup, fresh, signal);
    const facts = examineCopy(fresh, backup);
    const inDoubt = doubtWaiting(fresh);
    syncToDisk(fresh);
    signal.throwIfAborted();
    const kept = keepBeside(target, `${target}.before-restore-${nameOf(now())}`);
    // A power cut must not leave the new file beside the log of the old one.
    syncToDisk(dirname(target));
    renameSync(fresh, target);
    syncToDisk(dirname(target));
    return { ...facts, inDoubt, ...defined({ kept }) };
  } catch (error) {
    if (error instanceof StorageError || error === signal.reason) throw error;
    const { advice, canPass } = troubleOf(codeOf(error), target);
    throw new StorageError(advice, { cause: error, canPass });
  } finally {
    removeDatabase(fresh);
    await unlock();
  }
}

const refusal = (message: string): StorageError => new StorageError(message, { canPass: false });

function refuseBackup(state: string, backup: string): void {
  if (isSameFile(state, backup)) throw refusal(`${backup} is the state itself`);
  if (!statSync(backup).isFile()) throw refusal(`${backup} is no file`);
  const [companion] = companionsOf(backup);
  if (companion === undefined) return;
  throw refusal(
    `${companion} lies beside it, so ${basename(backup)} is not all of it. If both were copied while nothing had them open, ` +
      `make one file of them: STATE_URL=sqlite:${backup} npm run backup -- <another file>`,
  );
}

async function copyPrivately(from: string, to: string, signal: AbortSignal): Promise<void> {
  const target = createWriteStream(to, { flags: "wx", mode: 0o600 });
  try {
    await pipeline(createReadStream(from), target, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** Keeps what is at `target` under the name `kept` too, and leaves nothing beside `target` that belongs to it. */
function keepBeside(target: string, kept: string): string | undefined {
  const isThere = existsSync(target);
  if (isThere) {
    takeInLog(target);
    linkSync(target, kept);
    syncToDisk(dirname(target));
  }
  const left = companionsOf(target);
  for (const companion of left) renameSync(companion, kept + companion.slice(target.length));
  for (const end of [...COMPANIONS, "-shm"]) rmSync(target + end, { force: true });
  return isThere || left.length > 0 ? kept : undefined;
}

/** Makes one file of a database and what is beside it. One that is too damaged for that stays as it is. */
function takeInLog(path: string): void {
  const database = new DatabaseSync(path, { timeout: 2_000 });
  try {
    database.exec("PRAGMA journal_mode = DELETE");
  } catch (error) {
    if (!/^SQLITE_(CORRUPT|NOTADB)$/.test(codeOf(error))) throw error;
  } finally {
    database.close();
  }
}

/** `20261130T144501123Z`. */
const nameOf = (at: Date): string => at.toISOString().replaceAll(/[-:.]/g, "");
