import { copyFileSync, existsSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bridge-copies-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * A state with the least that makes it one, and notes, by which it is recognised. It is open, as a running bridge has it: the
 * notes are only in the write-ahead log.
 */
export function openState(path: string, notes: readonly string[], version = 0): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA wal_autocheckpoint = 0;
    CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, state TEXT);
    CREATE TABLE IF NOT EXISTS outbox (
      seq INTEGER PRIMARY KEY, state TEXT, body TEXT, progress TEXT, begun INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS notes (text TEXT);
    PRAGMA user_version = ${version};
    PRAGMA wal_checkpoint(TRUNCATE);`);
  const insert = database.prepare("INSERT INTO notes VALUES (?)");
  database.exec("BEGIN");
  for (const note of notes) insert.run(note);
  database.exec("COMMIT");
  return database;
}

/** The same in one file, as a bridge leaves it that was stopped. */
export const writeState = (path: string, notes: readonly string[], version = 0): void =>
  openState(path, notes, version).close();

/** The same as a bridge leaves it that was killed: the notes are still in the log beside it. */
export function leaveKilled(path: string, notes: readonly string[]): void {
  const running = `${path}.running`;
  const database = openState(running, notes);
  for (const end of ["", "-wal"]) copyFileSync(running + end, path + end);
  database.close();
}

/** What a bridge that starts on this file would find. */
export function notesIn(path: string): string[] {
  const database = new DatabaseSync(path);
  try {
    return database
      .prepare("SELECT text FROM notes")
      .all()
      .map(({ text }) => String(text));
  } finally {
    database.close();
  }
}

/** The files of a database that are there. */
export const filesOf = (path: string): string[] =>
  ["", "-wal", "-shm", "-journal", ".part", ".restoring"].filter((end) => existsSync(path + end));
