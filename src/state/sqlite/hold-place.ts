import { statSync } from "node:fs";
import { dirname } from "node:path";

/** A folder that has changed within this time may have changed again without another time of change. */
const SETTLED_AFTER_MS = 1_000;

/**
 * Remembers which files of one folder these are. The function that it returns throws (`ESTALE`) as soon as one of them has
 * been moved or deleted, or another is in its place: SQLite would go on with the file that it has open, and what it stores there
 * is lost with the process. When it is back, all is well.
 *
 * Who does that changes the folder, so only a folder that has changed has the files looked at. To look at one before each
 * write of it makes syncs slower by half: its time of change, once seen, has to be stored with the next write.
 */
export function holdPlace(
  paths: readonly [string, ...string[]],
  now: () => number = Date.now,
): () => void {
  const folder = dirname(paths[0]);
  const known = new Map<string, string>();
  let settled: string | undefined;

  function check(): void {
    const found = statSync(folder, { bigint: true, throwIfNoEntry: false });
    const state = found && `${found.dev}/${found.ino}/${found.ctimeNs}`;
    if (state !== undefined && state === settled) return;
    const isSettled = found && now() - Number(found.ctimeMs) > SETTLED_AFTER_MS;
    settled = undefined;
    checkFiles();
    if (isSettled) settled = state;
  }

  function checkFiles(): void {
    for (const path of paths) {
      const found = statSync(path, { throwIfNoEntry: false });
      const file = found && `${found.dev}/${found.ino}`;
      const before = known.get(path) ?? file;
      if (file !== before) throw Object.assign(new Error(`${path} is gone`), { code: "ESTALE" });
      if (file !== undefined) known.set(path, file);
    }
  }

  check();
  return check;
}
