import { statfs } from "node:fs/promises";
import { StorageError } from "../errors.ts";

/**
 * How many bytes an unprivileged user can still write to the disk of this file.
 *
 * @throws {StorageError} the file is not there, or nobody can tell
 */
export async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    throw new StorageError("how much room is left cannot be told", { cause: error });
  }
}
