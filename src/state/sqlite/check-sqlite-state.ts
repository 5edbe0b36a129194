import { accessSync, constants, existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ConfigError, StorageError } from "../../errors.ts";
import { openDatabase } from "./database.ts";
import { ownPathOf } from "./database-files.ts";
import { lock } from "./lock.ts";
import { foreignOwnerOf } from "./private-files.ts";
import { troubleOf } from "./storage-trouble.ts";

/**
 * Checks whether a bridge could start on this file, and says what it would find. Leaves nothing behind, and does not
 * disturb a bridge that has the file open.
 *
 * @throws {ConfigError} somebody has to do something; says what · {StorageError} it can pass
 */
export async function checkSqliteState(path: string): Promise<string> {
  const file = resolve(path);
  if (!existsSync(file)) {
    const folder = nearestFolder(file);
    try {
      accessSync(folder, constants.W_OK | constants.X_OK);
    } catch (cause) {
      throw new ConfigError([troubleOf("EACCES", file).advice], { cause });
    }
    return `${file} will be made at the first start`;
  }
  const foreignOwner = foreignOwnerOf(file);
  if (foreignOwner !== undefined) throw new ConfigError([foreignOwner]);
  if (await isInUse(file)) return `${file} is in use by a running bridge`;
  return `${file} can be written`;
}

async function isInUse(file: string): Promise<boolean> {
  const unlock = await lock(`${ownPathOf(file)}.lock`).catch((error: unknown) => {
    if (error instanceof ConfigError) return undefined;
    throw error;
  });
  if (!unlock) return true;
  try {
    const database = await openDatabase(file, { access: "visit" });
    try {
      await database.probe();
    } finally {
      await database.close();
    }
    return false;
  } catch (error) {
    if (!(error instanceof StorageError) || error.canPass) throw error;
    throw new ConfigError([error.message], { cause: error });
  } finally {
    await unlock();
  }
}

function nearestFolder(file: string): string {
  const folder = dirname(file);
  return existsSync(folder) ? folder : nearestFolder(folder);
}
