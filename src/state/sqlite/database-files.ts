import { existsSync, realpathSync, rmSync, statSync } from "node:fs";

/** The files beside a database that are a part of it: without its own, or beside those of another, it holds something else. */
export const COMPANIONS = ["-wal", "-journal"] as const;

/** The companions of a database that hold something; SQLite may leave empty ones behind. */
export const companionsOf = (path: string): string[] =>
  COMPANIONS.map((end) => path + end).filter(
    (file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0,
  );

/**
 * The path at which SQLite puts what belongs to a database: that of the file itself, whatever link leads to it. A lock has to
 * stand there too, or whoever comes by another name does not see it.
 */
export const ownPathOf = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

/** Deletes a database that nobody has open, with all that lies beside it. */
export function removeDatabase(path: string): void {
  for (const end of ["", ...COMPANIONS, "-shm"]) rmSync(path + end, { force: true });
}

/** Whether two paths lead to one file, by links too. */
export function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}
