import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { ConfigError, StorageError } from "../../src/errors.ts";
import { openDatabase } from "../../src/state/sqlite/database.ts";
import { lock } from "../../src/state/sqlite/lock.ts";

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bridge-lock-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it("is held by one at a time", async () => {
  const path = join(await makeFolder(), "state.lock");
  const unlock = await lock(path);

  await expect(lock(path)).rejects.toThrow(ConfigError);
  await unlock();
  const unlockAgain = await lock(path);

  await unlockAgain();
});

it("is given to one who waits as soon as it is free, and holds up nothing meanwhile", async () => {
  const path = join(await makeFolder(), "state.lock");
  const unlock = await lock(path);
  const events: string[] = [];

  const second = lock(path).then((unlockSecond) => {
    events.push("second has it");
    return unlockSecond();
  });
  setImmediate(() => {
    events.push("first lets go");
    void unlock();
  });
  await second;

  expect(events).toEqual(["first lets go", "second has it"]);
});

it("keeps other processes out, also while its holder opens what it guards", async () => {
  const path = join(await makeFolder(), "state");
  await (await openDatabase(path, { access: "own" })).close();
  const unlock = await lock(`${path}.lock`);
  const database = await openDatabase(path, { access: "visit" });
  onTestFinished(async () => {
    await database.close();
    await unlock();
  });

  const other = `
    const { DatabaseSync } = require("node:sqlite");
    new DatabaseSync(${JSON.stringify(`${path}.lock`)}, { timeout: 0 }).exec("BEGIN EXCLUSIVE");`;
  const taken = promisify(execFile)(process.execPath, ["--eval", other]);

  await expect(taken).rejects.toThrow("database is locked");
});

it("says what to do about a file that cannot be one", async () => {
  const folder = await makeFolder();
  await writeFile(join(folder, "list"), "This is a shopping list, and by no means a database.");

  await expect(lock(join(folder, "nowhere", "state.lock"))).rejects.toThrow(StorageError);
  await expect(lock(folder)).rejects.toThrow(/cannot be opened for writing/);
  await expect(lock(join(folder, "list"))).rejects.toThrow(/damaged or no database/);
});
