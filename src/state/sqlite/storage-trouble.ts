import { statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, resolve } from "node:path";

/** What people have to do about a failure of the file system or of SQLite. */
export interface StorageTrouble {
  readonly advice: string;
  /** Whether it can be over at the next try without anybody's help. */
  readonly canPass: boolean;
}

/** `code`: as Node (`EACCES`) or SQLite (`SQLITE_FULL`) name it. */
export function troubleOf(code: string, path: string): StorageTrouble {
  const folder = resolve(dirname(path));
  const file = resolve(path);
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
    case "SQLITE_FULL":
      return {
        advice: `the disk that holds ${folder} is full (${code}); make room`,
        canPass: true,
      };
    case "EACCES":
    case "EPERM":
    case "SQLITE_PERM":
    case "SQLITE_CANTOPEN":
      return {
        advice: `${file} cannot be opened for writing (${code}); ${describeFolder(folder)}`,
        canPass: false,
      };
    case "EROFS":
    case "SQLITE_READONLY":
      return {
        advice: `${file} cannot be written (${code}); the file or its disk is read-only, or the service may not write there (ReadWritePaths in a unit of systemd)`,
        canPass: false,
      };
    case "ENOTDIR":
    case "EEXIST":
    case "EISDIR":
    case "ENOENT":
      return {
        advice: `${file} is no place for a file (${code}); choose another one in STATE_URL`,
        canPass: false,
      };
    case "SQLITE_CORRUPT":
    case "SQLITE_NOTADB":
      return {
        advice: `${file} is damaged or no database (${code}); stop the bridge, move it away together with its -wal and -shm, and restore a backup with npm run restore. Without one the bridge starts anew and no longer knows open conversations`,
        canPass: false,
      };
    case "ESTALE":
      return {
        advice: `${file}, or its -wal, was moved, replaced or deleted while the bridge had it open (${code}), so nothing is stored any more; put it back, or restart the bridge, which then no longer knows what was only in it`,
        canPass: false,
      };
    case "SQLITE_BUSY":
    case "SQLITE_LOCKED":
      return {
        advice: `another program holds ${file} (${code}); let go of it there`,
        canPass: true,
      };
    default:
      return {
        advice: `${file} cannot be read or written (${code}); look at the disk, and at the system's log`,
        canPass: true,
      };
  }
}

function describeFolder(folder: string): string {
  const us = userInfo();
  const bridge = `the bridge runs as ${us.username} (${us.uid})`;
  try {
    const { uid, mode } = statSync(folder);
    const rights = (mode & 0o777).toString(8);
    return `its folder ${folder} belongs to user ${uid}, with rights ${rights}, and ${bridge}. Give it to the bridge's user, e.g. with chown -R`;
  } catch {
    return `its folder ${folder} cannot be seen, and ${bridge}. Make it if it is not there: install -d -m 700 -o ${us.username} ${folder}`;
  }
}

/** SQLite's primary result codes, each at the place of its number. */
const RESULT_CODES =
  "OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN PROTOCOL EMPTY SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB".split(
    " ",
  );

/** The code of an error of Node (`EACCES`) or SQLite (`SQLITE_FULL`). */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  if ("errcode" in error && typeof error.errcode === "number") {
    // The upper bits say more than anybody needs.
    const primary = error.errcode % 256;
    return `SQLITE_${RESULT_CODES[primary] ?? error.errcode}`;
  }
  return "code" in error ? String(error.code) : "failed";
}
