import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { StorageError } from "../../errors.ts";
import { ownPathOf } from "./database-files.ts";
import { codeOf, troubleOf } from "./storage-trouble.ts";

const OURS_ALONE = 0o600;

/**
 * Makes the file of a database and its lock, and their folder if needed, and takes everybody else's rights to what is there.
 * SQLite gives the files that it puts beside a database the same rights. Returns the path of the file itself, if `path` is a
 * link.
 *
 * @throws {StorageError} says what to do
 */
export function keepToOurselves(path: string): string {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, "a", OURS_ALONE));
    // Not if it is there: whoever closes a file gives up all locks on it that this process has.
    const own = ownPathOf(path);
    if (!existsSync(`${own}.lock`)) closeSync(openSync(`${own}.lock`, "a", OURS_ALONE));
    for (const file of [own, `${own}.lock`, `${own}-wal`, `${own}-shm`]) {
      // Where it is not ours, its owner decides who else may use it.
      if (existsSync(file) && statSync(file).uid === userInfo().uid) chmodSync(file, OURS_ALONE);
    }
    return own;
  } catch (cause) {
    const { advice, canPass } = troubleOf(codeOf(cause), path);
    throw new StorageError(`STATE_URL: ${advice}`, { cause, canPass });
  }
}

/**
 * What is the matter with a file that belongs to another user, if it does: what we would make beside it, such as SQLite's WAL,
 * could not be opened by the bridge.
 */
export function foreignOwnerOf(file: string): string | undefined {
  const { uid } = statSync(file);
  const us = userInfo().uid;
  if (uid === us) return undefined;
  return `${file} belongs to user ${uid}, and this is user ${us}; run this as the bridge's own user, or give the file to it`;
}
