import { statSync } from "node:fs";

/**
 * Remembers which files these are. The function that it returns throws (`ESTALE`) as soon as one of them has been moved or
 * deleted, or another is in its place: SQLite would go on with the file that it has open, and what it stores there is lost with
 * the process. When it is back, all is well.
 */
export function holdPlace(paths: readonly string[]): () => void {
  const known = new Map<string, string>();

  function check(): void {
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
