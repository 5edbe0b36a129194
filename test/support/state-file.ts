import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../src/state/sqlite/database.ts";

/** A SQLite file that is deleted when the test ends. */
export interface StateFile {
  readonly path: string;
  /** Opens it, closing what was opened before as the end of a process would. */
  open(): Promise<Database>;
}

export async function makeStateFile(): Promise<StateFile> {
  const folder = await mkdtemp(join(tmpdir(), "state-"));
  const path = join(folder, "state.sqlite");
  let database: Database | undefined;
  const close = async () => {
    await database?.close();
    database = undefined;
  };
  onTestFinished(async () => {
    await close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    path,
    async open() {
      await close();
      database = await openDatabase(path, { access: "own" });
      return database;
    },
  };
}
