import { accessSync, constants, existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ConfigError, StorageError } from "../../errors.ts";
import type { FoundState } from "../found-state.ts";
import { freeBytes } from "../free-bytes.ts";
import { readWholeFile } from "./check-integrity.ts";
import { openDatabase } from "./database.ts";
import { ownPathOf } from "./database-files.ts";
import { lock } from "./lock.ts";
import { foreignOwnerOf } from "./private-files.ts";
import { STATE_VERSION } from "./state-version.ts";
import { troubleOf } from "./storage-trouble.ts";

/** A week of a busy desk, and what `VACUUM` and a backup beside it take. */
const FEW_BYTES = 1e9;
/** A file of some GB is read in it. */
const READING_MS = 30_000;

/**
 * Checks whether a bridge could start on this file, and says what it would find. Changes nothing that is kept, and does
 * not disturb a bridge that has the file open. Where none has, SQLite may leave an empty `-wal` and its `-shm` beside the file.
 *
 * @throws {ConfigError} somebody has to do something; says what · {StorageError} it can pass
 */
export async function checkSqliteState(path: string): Promise<FoundState> {
  const file = resolve(path);
  if (!existsSync(file)) {
    const folder = nearestFolder(file);
    try {
      accessSync(folder, constants.W_OK | constants.X_OK);
    } catch (cause) {
      throw new ConfigError([troubleOf("EACCES", file).advice], { cause });
    }
    return withRoom(`${file} will be made at the first start`, folder);
  }
  const foreignOwner = foreignOwnerOf(file);
  if (foreignOwner !== undefined) throw new ConfigError([foreignOwner]);
  try {
    const [use, version] = await visit(file);
    const damage = await readWholeFile(file, READING_MS);
    if (damage && damage !== "late") {
      throw new ConfigError([troubleOf(damage.code, file).advice]);
    }
    const read = damage === "late" ? "too large to be read now" : "undamaged";
    const age =
      version < STATE_VERSION
        ? `version ${version}, which the next start brings to ${STATE_VERSION}`
        : `version ${version}`;
    return await withRoom(`${file} ${use}; ${age}, ${read}`, file);
  } catch (error) {
    if (!(error instanceof StorageError) || error.canPass) throw error;
    throw new ConfigError([error.message], { cause: error });
  }
}

/** How the file is used, and the version of its tables. */
async function visit(file: string): Promise<[string, number]> {
  const unlock = await lock(`${ownPathOf(file)}.lock`).catch((error: unknown) => {
    if (error instanceof ConfigError) return undefined;
    throw error;
  });
  try {
    const database = await openDatabase(file, { access: "visit" });
    try {
      if (unlock) await database.probe();
      const [row] = await database.read<{ user_version: number }>("PRAGMA user_version");
      return [
        unlock ? "can be written" : "is in use by a running bridge",
        row?.user_version ?? STATE_VERSION,
      ];
    } finally {
      await database.close();
    }
  } finally {
    await unlock?.();
  }
}

async function withRoom(detail: string, place: string): Promise<FoundState> {
  const free = await freeBytes(place);
  const megabytes = Math.round(free / 1e6);
  return {
    detail: `${detail}; ${megabytes} MB free`,
    warnings:
      free < FEW_BYTES
        ? [
            `only ${megabytes} MB are free on the disk that holds ${place}; make room before it is full`,
          ]
        : [],
  };
}

function nearestFolder(file: string): string {
  const folder = dirname(file);
  return existsSync(folder) ? folder : nearestFolder(folder);
}
