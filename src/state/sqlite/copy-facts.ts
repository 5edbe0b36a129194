import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StorageError } from "../../errors.ts";
import { STATE_VERSION } from "./state-version.ts";
import { codeOf } from "./storage-trouble.ts";
import { versionOf } from "./upgrade.ts";

/** What a copy of a state holds. */
export interface CopyFacts {
  readonly bytes: number;
  /** Items that wait for Slack or Parley; clocks are none. */
  readonly waiting: number;
  readonly deadLetters: number;
}

/**
 * Examines a copy that nobody else has open, and makes one file of it that needs none beside it. `name`: how people know it.
 *
 * @throws {StorageError} it is damaged, no state of the bridge, or one that a later version wrote
 */
export function examineCopy(path: string, name: string): CopyFacts {
  try {
    const database = new DatabaseSync(path);
    try {
      return { ...examine(database, name), bytes: statSync(path).size };
    } finally {
      database.close();
    }
  } catch (cause) {
    const code = codeOf(cause);
    if (code !== "SQLITE_CORRUPT" && code !== "SQLITE_NOTADB") throw cause;
    throw new StorageError(`${name} is damaged or no database (${code})`, {
      cause,
      canPass: false,
    });
  }
}

function examine(database: DatabaseSync, name: string): Omit<CopyFacts, "bytes"> {
  const refuse = (what: string) => new StorageError(`${name} ${what}`, { canPass: false });
  database.exec("PRAGMA journal_mode = DELETE");
  const problem = database.prepare("PRAGMA quick_check(1)").get()?.quick_check;
  if (problem !== "ok") throw refuse(`is damaged: ${String(problem)}`);
  const version = versionOf(database);
  if (version > STATE_VERSION) {
    throw refuse(
      `was written by a later version of the bridge (${version}, and this one knows ${STATE_VERSION}); use that version`,
    );
  }
  const tables = database.prepare(
    "SELECT count(*) AS found FROM sqlite_schema WHERE type = 'table' AND name IN ('inbox', 'outbox')",
  );
  if (tables.get()?.found !== 2) throw refuse("is no state of the bridge: its tables are missing");
  return { waiting: count(database, "waiting"), deadLetters: count(database, "dead") };
}

const count = (database: DatabaseSync, state: "waiting" | "dead"): number =>
  ["inbox", "outbox"]
    .map((table) => database.prepare(`SELECT count(*) AS items FROM ${table} WHERE state = ?`))
    .reduce((sum, statement) => sum + Number(statement.get(state)?.items), 0);
