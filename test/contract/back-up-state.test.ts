import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { backUpState } from "../../src/state/sqlite/back-up-state.ts";
import { lock } from "../../src/state/sqlite/lock.ts";
import {
  leaveKilled,
  makeFolder,
  notesIn,
  openState,
  writeState,
} from "../support/small-states.ts";

interface Given {
  overwrite?: boolean;
  signal?: AbortSignal;
}

const backUp = (state: string, file: string, given: Given = {}) =>
  backUpState(state, file, { overwrite: false, signal: new AbortController().signal, ...given });

/** A state that is open, as a running bridge has it, and a place for backups. */
function makePlace(notes: readonly string[] = ["one", "two"]) {
  const folder = makeFolder();
  const state = join(folder, "bridge.sqlite");
  const running = openState(state, notes);
  onTestFinished(() => running.close());
  const backups = join(folder, "backups");
  mkdirSync(backups);
  return { state, running, backups, file: join(backups, "backup.sqlite") };
}

/** Several times what is copied in one go. */
const MUCH = Array<string>(10_000).fill("x".repeat(2_000));

describe("backing up", () => {
  it("copies what is in the log, too, into one file for its owner alone", async () => {
    const { state, file, backups } = makePlace();
    await expect(backUp(state, file)).resolves.toMatchObject({ waiting: 0, deadLetters: 0 });
    expect(readdirSync(backups)).toEqual(["backup.sqlite"]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(notesIn(file)).toEqual(["one", "two"]);
    expect(readdirSync(backups)).toEqual(["backup.sqlite"]);
  });

  it("counts what is in it", async () => {
    const { state, running, file } = makePlace();
    running.exec("INSERT INTO inbox (state) VALUES ('waiting'), ('waiting'), ('done')");
    running.exec("INSERT INTO outbox (state) VALUES ('waiting'), ('dead'), ('held')");

    const facts = await backUp(state, file);

    expect(facts).toEqual({ waiting: 3, deadLetters: 1, bytes: statSync(file).size });
  });

  it("has one moment, however much is written meanwhile, and holds up nobody who writes", async () => {
    const { state, running, file } = makePlace(MUCH);
    const write = running.prepare("INSERT INTO notes VALUES ('later')");
    let written = 0;
    let isCopying = true;
    const writing = (async () => {
      while (isCopying) {
        write.run();
        written += 1;
        await new Promise(setImmediate);
      }
    })();

    await backUp(state, file);
    isCopying = false;
    await writing;

    const copied = notesIn(file).filter((note) => note === "later").length;
    expect(copied).toBeLessThan(written);
    expect(written).toBeGreaterThan(10);
    const database = new DatabaseSync(file);
    expect(database.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    database.close();
  });

  it("leaves the files of the state as they are", async () => {
    const { state, file } = makePlace();
    const read = () => ["", "-wal"].map((end) => readFileSync(state + end));
    const before = read();
    await backUp(state, file);
    expect(read()).toEqual(before);
  });

  it("takes what a killed bridge left", async () => {
    const { backups, file } = makePlace();
    const killed = join(backups, "killed.sqlite");
    leaveKilled(killed, ["still in the log"]);
    await backUp(killed, file);
    expect(notesIn(file)).toEqual(["still in the log"]);
  });

  it("does not touch a file that is there, unless that is wanted", async () => {
    const { state, file, backups } = makePlace();
    writeFileSync(file, "precious");
    await expect(backUp(state, file)).rejects.toThrow(/is there already.*--overwrite/);
    expect(readFileSync(file, "utf8")).toBe("precious");
    await backUp(state, file, { overwrite: true });
    expect(notesIn(file)).toEqual(["one", "two"]);
    expect(readdirSync(backups)).toEqual(["backup.sqlite"]);
  });

  it("replaces what is there only by a backup that is complete", async () => {
    const { state, running, file, backups } = makePlace();
    await backUp(state, file);
    running.exec("DROP TABLE outbox");
    await expect(backUp(state, file, { overwrite: true })).rejects.toThrow(/is no state/);
    expect(notesIn(file)).toEqual(["one", "two"]);
    expect(readdirSync(backups)).toEqual(["backup.sqlite"]);
  });

  it("clears up after one that was killed", async () => {
    const { state, file, backups } = makePlace();
    for (const end of [".part", ".part-journal", ".lock"]) writeFileSync(file + end, "");
    await backUp(state, file);
    expect(readdirSync(backups)).toEqual(["backup.sqlite", "backup.sqlite.lock"]);
    expect(notesIn(file)).toEqual(["one", "two"]);
  });

  it("leaves nothing behind when it is ended in the middle", async () => {
    const { state, file, backups } = makePlace(MUCH);
    const stopping = new AbortController();
    const backingUp = backUp(state, file, { signal: stopping.signal });
    const hasBegun = () => (statSync(`${file}.part`, { throwIfNoEntry: false })?.size ?? 0) > 0;
    const ending = (async () => {
      while (!hasBegun()) await new Promise(setImmediate);
      stopping.abort();
    })();
    await expect(backingUp).rejects.toThrow("aborted");
    await ending;
    expect(readdirSync(backups)).toEqual([]);
  });

  it("refuses a file that belongs to the state, by whatever name", async () => {
    const { state, file, backups } = makePlace();
    symlinkSync(state, join(backups, "soft"));
    linkSync(state, join(backups, "hard"));
    symlinkSync(join(backups, ".."), join(backups, "folder"));
    const names = [
      state,
      `${state}-journal`,
      `${state}.lock`,
      join(backups, "soft"),
      join(backups, "hard"),
      join(backups, "folder", "bridge.sqlite"),
      join(backups, "folder", "bridge.sqlite-wal"),
    ];
    for (const name of names) {
      const failure = backUp(state, name, { overwrite: true });
      await expect(failure, name).rejects.toThrow(/belongs to the state itself/);
    }
    expect(existsSync(file)).toBe(false);
  });

  it("refuses the state of another bridge that runs", async () => {
    const { state, file } = makePlace();
    writeState(file, ["of the other"]);
    const unlock = await lock(`${file}.lock`);
    await expect(backUp(state, file, { overwrite: true })).rejects.toThrow(/in use by a bridge/);
    await unlock();
    expect(notesIn(file)).toEqual(["of the other"]);
  });

  it.each([
    [
      "a folder that is not there",
      "nowhere/backup.sqlite",
      /There is no folder .*nowhere; make it/,
    ],
    ["a file for a folder", "file/backup.sqlite", /There is no folder/],
    ["a folder", ".", /is no plain file/],
    ["a name beside which a log lies", "old.sqlite", /old\.sqlite-wal lies beside it/],
  ])("refuses %s", async (_what, name, says) => {
    const { state, backups } = makePlace();
    writeFileSync(join(backups, "file"), "");
    writeFileSync(join(backups, "old.sqlite-wal"), "left over");
    const before = readdirSync(backups);
    const failure = backUp(state, join(backups, name), { overwrite: true });
    await expect(failure).rejects.toThrow(says);
    await expect(failure).rejects.toMatchObject({ canPass: false });
    expect(readdirSync(backups)).toEqual(before);
  });

  it("says that the state is damaged, and makes no backup of it", async () => {
    const { backups, file } = makePlace();
    const damaged = join(backups, "damaged.sqlite");
    writeState(damaged, Array(200).fill("x".repeat(2_000)));
    const bytes = readFileSync(damaged);
    bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 8_192);
    writeFileSync(damaged, bytes);
    await expect(backUp(damaged, file)).rejects.toThrow(/damaged\.sqlite is damaged/);
    writeFileSync(damaged, "a shopping list ".repeat(500));
    await expect(backUp(damaged, file)).rejects.toThrow(
      /damaged\.sqlite is damaged or no database/,
    );
    expect(existsSync(file)).toBe(false);
  });
});
