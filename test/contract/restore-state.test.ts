import {
  copyFileSync,
  linkSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { readProgress } from "../../src/bridge/stored/read-progress.ts";
import { ConfigError, StorageError } from "../../src/errors.ts";
import { openDatabase } from "../../src/state/sqlite/database.ts";
import { lock } from "../../src/state/sqlite/lock.ts";
import { restoreState } from "../../src/state/sqlite/restore-state.ts";
import { STATE_VERSION } from "../../src/state/sqlite/state-version.ts";
import {
  filesOf,
  leaveKilled,
  makeFolder,
  notesIn,
  openState,
  writeState,
} from "../support/small-states.ts";

/** A folder with a state that a killed bridge left, and a backup. */
function makePlace() {
  const folder = makeFolder();
  const state = join(folder, "bridge.sqlite");
  const backup = join(folder, "backup.sqlite");
  leaveKilled(state, ["old 1", "old 2"]);
  writeState(backup, ["new"]);
  return { folder, state, backup };
}

const restore = (state: string, backup: string, signal = new AbortController().signal) =>
  restoreState(state, backup, { signal, now: () => new Date(0) });

const isAsBefore = (state: string) => {
  expect(filesOf(state)).toEqual(["", "-wal"]);
  expect(notesIn(state)).toEqual(["old 1", "old 2"]);
};

function writeOther(path: string): void {
  rmSync(path);
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE recipes (text TEXT)");
  database.close();
}

describe("restoring", () => {
  it("is undone by the log of the old state, when only the file is copied", () => {
    const { state, backup } = makePlace();
    copyFileSync(backup, state);
    expect(notesIn(state)).not.toEqual(["new"]);
  });

  it("puts the backup in the place of the state, and keeps all that was there", async () => {
    const { state, backup } = makePlace();
    const before = readFileSync(backup);

    const restored = await restore(state, backup);

    expect(filesOf(state)).toEqual([""]);
    expect(notesIn(state)).toEqual(["new"]);
    expect(statSync(state).mode & 0o777).toBe(0o600);
    expect(restored).toMatchObject({ kept: `${state}.before-restore-19700101T000000000Z` });
    expect(notesIn(String(restored.kept))).toEqual(["old 1", "old 2"]);
    expect(readFileSync(backup)).toEqual(before);
    expect(notesIn(backup)).toEqual(["new"]);
  });

  it("leaves a state that needs no file beside it, whatever the backup was", async () => {
    const { state, backup } = makePlace();
    await restore(state, backup);
    const database = new DatabaseSync(state);
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "delete" });
    database.close();
  });

  it("makes a state where there is none, and a log that was left there is kept, not taken in", async () => {
    const { folder, state, backup } = makePlace();
    copyFileSync(`${state}-wal`, join(folder, "left.sqlite-wal"));

    const restored = await restore(join(folder, "left.sqlite"), backup);
    const elsewhere = await restore(join(folder, "new", "bridge.sqlite"), backup);

    expect(notesIn(join(folder, "left.sqlite"))).toEqual(["new"]);
    expect(filesOf(String(restored.kept))).toEqual(["-wal"]);
    expect(notesIn(join(folder, "new", "bridge.sqlite"))).toEqual(["new"]);
    expect(elsewhere.kept).toBeUndefined();
    expect(statSync(join(folder, "new")).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, "new", "bridge.sqlite.lock")).mode & 0o777).toBe(0o600);
  });

  it("replaces a state that is too damaged to be opened, and keeps it", async () => {
    const { state, backup } = makePlace();
    const damage = "no database at all ".repeat(1_000);
    for (const end of ["", "-wal"]) writeFileSync(state + end, damage);

    const { kept } = await restore(state, backup);

    expect(filesOf(state)).toEqual([""]);
    expect(notesIn(state)).toEqual(["new"]);
    expect(readFileSync(String(kept), "utf8")).toBe(damage);
  });

  it("follows a link to the state, and leaves the link", async () => {
    const { folder, state, backup } = makePlace();
    const link = join(folder, "link.sqlite");
    symlinkSync(state, link);

    await restore(link, backup);

    expect(notesIn(state)).toEqual(["new"]);
    expect(readdirSync(folder, { withFileTypes: true }).find((e) => e.isSymbolicLink())?.name).toBe(
      "link.sqlite",
    );
  });

  it("puts in doubt what waits for Parley, with what it has done, and nothing else", async () => {
    const { state, backup } = makePlace();
    const progress = JSON.stringify({ steps: { texts: { result: ["a"] } } });
    const database = new DatabaseSync(backup);
    const add = database.prepare("INSERT INTO outbox (state, progress) VALUES (?, ?)");
    for (const [is, has] of [
      ["waiting", null],
      ["waiting", progress],
      ["waiting", "of a later version"],
      ["dead", progress],
      ["held", null],
      ["done", null],
    ] as const) {
      add.run(is, has);
    }
    database.exec("INSERT INTO inbox (state) VALUES ('waiting')");
    database.close();

    const { inDoubt, waiting } = await restore(state, backup);

    expect({ inDoubt, waiting }).toEqual({ inDoubt: 3, waiting: 4 });
    const restored = new DatabaseSync(state);
    const rows = restored.prepare("SELECT progress, begun FROM outbox ORDER BY seq").all();
    restored.close();
    const doubt = { restored: { intent: null, life: 0 } };
    const steps = ({ progress }: { progress?: unknown }) =>
      (JSON.parse(String(progress)) as { steps: unknown }).steps;
    expect(rows.slice(0, 2).map(steps)).toEqual([doubt, { texts: { result: ["a"] }, ...doubt }]);
    expect(rows.map(({ begun }) => begun)).toEqual([1, 1, 0, 0, 0, 0]);
    expect(rows.slice(2).map(({ progress }) => progress)).toEqual([
      "of a later version",
      progress,
      null,
      null,
    ]);
  });

  it.each(["0.1.0", "0.2.0", "0.3.0", "0.5.0"])(
    "takes a backup of version %s, as the bridge does",
    async (version) => {
      const { folder, state } = makePlace();
      const backup = join(folder, "earlier.sqlite");
      copyFileSync(join(import.meta.dirname, `../fixtures/state/${version}.sqlite`), backup);

      const { waiting, inDoubt } = await restore(state, backup);

      const database = await openDatabase(state, { access: "own" });
      onTestFinished(() => database.close());
      const rows = await database.read<{ progress: string; begun: number }>(
        "SELECT progress, begun FROM outbox WHERE state = 'waiting'",
      );
      expect(rows).toHaveLength(inDoubt);
      expect(inDoubt).toBeGreaterThan(0);
      expect(waiting).toBeGreaterThan(inDoubt);
      for (const { progress, begun } of rows) {
        expect(readProgress(progress)).toMatchObject({ restored: { intent: null, life: 0 } });
        expect(begun).toBe(1);
      }
    },
  );

  it("refuses while a bridge has the state", async () => {
    const { folder, state, backup } = makePlace();
    const link = join(folder, "link.sqlite");
    symlinkSync(state, link);
    const unlock = await lock(`${state}.lock`);

    await expect(restore(state, backup)).rejects.toThrow(ConfigError);
    await expect(restore(link, backup)).rejects.toThrow(ConfigError);

    await unlock();
    rmSync(link);
    isAsBefore(state);
  });

  it("waits for another program that has the state open, and gives up", async () => {
    const { state, backup } = makePlace();
    const tool = openState(state, []);

    const failure = restore(state, backup);

    await expect(failure).rejects.toThrow(/another program holds/);
    await expect(failure).rejects.toMatchObject({ canPass: true });
    tool.close();
    expect(notesIn(state)).toEqual(["old 1", "old 2"]);
    await restore(state, backup);
    expect(notesIn(state)).toEqual(["new"]);
  });

  const REFUSED: readonly (readonly [string, (backup: string) => void, RegExp])[] = [
    [
      "is no database",
      (backup) => writeFileSync(backup, "a shopping list ".repeat(500)),
      /backup\.sqlite is damaged or no database/,
    ],
    [
      "is empty",
      (backup) => writeFileSync(backup, ""),
      /is no state of the bridge: its tables are missing/,
    ],
    [
      "is cut off",
      (backup) => {
        const database = openState(backup, Array(500).fill("x".repeat(500)));
        database.close();
        truncateSync(backup, statSync(backup).size / 2);
      },
      /backup\.sqlite is damaged/,
    ],
    ["is that of another program", writeOther, /is no state of the bridge/],
    [
      "is of a later version",
      (backup) => writeState(backup, [], STATE_VERSION + 1),
      new RegExp(
        `later version of the bridge \\(${STATE_VERSION + 1}, and this one knows ${STATE_VERSION}\\)`,
      ),
    ],
    [
      "has a log beside it",
      (backup) => leaveKilled(backup, ["copied by hand"]),
      /backup\.sqlite-wal lies beside it.*npm run backup/,
    ],
  ];

  it.each(REFUSED)("refuses a backup that %s", async (_what, prepare, says) => {
    const { state, backup } = makePlace();
    prepare(backup);

    const failure = restore(state, backup);

    await expect(failure).rejects.toThrow(says);
    await expect(failure).rejects.toMatchObject({ canPass: false });
    isAsBefore(state);
  });

  it("refuses the state itself, by whatever name, and what is no file", async () => {
    const { folder, state } = makePlace();
    symlinkSync(state, join(folder, "soft"));
    linkSync(state, join(folder, "hard"));

    for (const name of ["bridge.sqlite", "soft", "hard"]) {
      await expect(restore(state, join(folder, name))).rejects.toThrow(/is the state itself/);
    }
    await expect(restore(state, folder)).rejects.toThrow(StorageError);
    isAsBefore(state);
  });

  it("changes nothing when it is ended before the exchange", async () => {
    const { state, backup } = makePlace();
    const stopping = new AbortController();

    const restoring = restore(state, backup, stopping.signal);
    stopping.abort();

    await expect(restoring).rejects.toBe(stopping.signal.reason);
    isAsBefore(state);
  });
});
