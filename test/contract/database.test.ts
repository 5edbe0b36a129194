import { chmod, copyFile, readFile, rename, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { createAlarms } from "../../src/alarms.ts";
import { ConfigError, StorageError } from "../../src/errors.ts";
import { type Database, openDatabase } from "../../src/state/sqlite/database.ts";
import { openKeyValues } from "../../src/state/sqlite/key-values.ts";
import { STATE_VERSION } from "../../src/state/sqlite/state-version.ts";
import { troubleOf } from "../../src/state/sqlite/storage-trouble.ts";
import { captureLog } from "../support/captured-log.ts";
import { makeStateFile } from "../support/state-file.ts";
import { textsOnDisk } from "../support/texts-on-disk.ts";
import { transactionsIn } from "../support/transactions-in.ts";

const PATIENCE = { timeout: 5_000, interval: 100 };

async function openForTest(): Promise<{ database: Database; path: string }> {
  const file = await makeStateFile();
  const database = await file.open();
  await database.write("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)");
  return { database, path: file.path };
}

const note = (database: Database, id: number) =>
  database.write<{ id: number }>(
    "INSERT INTO notes (id, text) VALUES (?, ?) RETURNING id",
    id,
    `note ${id}`,
  );

const ids = async (database: Database) =>
  (await database.read<{ id: number }>("SELECT id FROM notes ORDER BY id")).map(({ id }) => id);

describe("the database", () => {
  it("syncs every commit to disk, in a write-ahead log", async () => {
    const { database } = await openForTest();
    expect(await database.read("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
    const FULL = 2;
    expect(await database.read("PRAGMA synchronous")).toEqual([{ synchronous: FULL }]);
  });

  it("is written anew without what was deleted, with the copy for that beside it", async () => {
    const { database, path } = await openForTest();
    await note(database, 1);
    await note(database, 2);
    await database.write("DELETE FROM notes WHERE id = 2");
    await database.compact();
    expect(await ids(database)).toEqual([1]);
    const bytes = await Promise.all(["", "-wal"].map((end) => readFile(path + end, "latin1")));
    expect(bytes.join()).toContain("note 1");
    expect(bytes.join()).not.toContain("note 2");
    const [folder] = await database.read("PRAGMA temp_store_directory");
    expect(folder).toEqual({ temp_store_directory: dirname(path) });
  });

  it("commits in one transaction what is in flight together", async () => {
    const { database, path } = await openForTest();
    const before = await transactionsIn(path);
    await Promise.all(Array.from({ length: 200 }, (_, index) => note(database, index)));
    expect(await transactionsIn(path)).toBe(before + 1);
    expect(await ids(database)).toHaveLength(200);
  });

  it("commits in one transaction what one event leads to, also where a part of it takes some promises longer", async () => {
    const { database, path } = await openForTest();
    const later = async (id: number) => {
      for (let step = 0; step < 10; step++) await Promise.resolve();
      await note(database, id);
    };
    const before = await transactionsIn(path);
    for (let round = 0; round < 20; round++) {
      await new Promise<void>((resolve, reject) => {
        setTimeout(() => {
          Promise.all([note(database, 2 * round), later(2 * round + 1)]).then(
            () => resolve(),
            reject,
          );
        });
      });
    }
    expect(await transactionsIn(path)).toBe(before + 20);
  });

  it("lets the writes of Keyv share the transaction", async () => {
    const { database, path } = await openForTest();
    const values = openKeyValues(database, "remembered", z.string());
    await values.set("key", "before");
    const before = await transactionsIn(path);
    await Promise.all([
      note(database, 1),
      values.set("key", "value"),
      values.set("other", "value"),
    ]);
    expect(await transactionsIn(path)).toBe(before + 1);
    expect(await values.get("key")).toBe("value");
  });

  it("finishes what it has when it closes, and takes nothing more, which is no trouble of the disk", async () => {
    const alarms = createAlarms(captureLog());
    const { path } = await makeStateFile();
    const database = await openDatabase(path, { access: "own", alarms });
    await database.write("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
    const before = note(database, 1);

    const closed = database.close();

    await expect(note(database, 2)).rejects.toThrow(StorageError);
    await expect(database.read("SELECT 1")).rejects.toThrow(StorageError);
    await closed;
    expect(await before).toEqual([{ id: 1 }]);
    await expect(note(database, 3)).rejects.toThrow(StorageError);
    expect(alarms.current()).toEqual([]);
  });

  it("commits one after the other what does not overlap", async () => {
    const { database, path } = await openForTest();
    const before = await transactionsIn(path);
    for (const id of [1, 2, 3]) await note(database, id);
    expect(await transactionsIn(path)).toBe(before + 3);
  });

  it("takes a write at any moment after the answer to another one", {
    timeout: 5_000,
  }, async () => {
    const { database } = await openForTest();
    for (let ticks = 0; ticks < 12; ticks++) {
      await note(database, 2 * ticks);
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      await note(database, 2 * ticks + 1);
    }
    expect(await ids(database)).toHaveLength(24);
  });

  it("gives each write its own answer", async () => {
    const { database } = await openForTest();
    const answers = await Promise.all([3, 1, 2].map((id) => note(database, id)));
    expect(answers).toEqual([[{ id: 3 }], [{ id: 1 }], [{ id: 2 }]]);
  });

  it("lets one failing statement harm only itself", async () => {
    const { database } = await openForTest();
    await note(database, 2);
    const results = await Promise.allSettled([1, 2, 3].map((id) => note(database, id)));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(results[1]).toMatchObject({ reason: expect.any(StorageError) });
    expect(await ids(database)).toEqual([1, 2, 3]);
  });

  it("commits once, also when one of many fails", async () => {
    const { database, path } = await openForTest();
    await note(database, 20);
    const before = await transactionsIn(path);
    const results = await Promise.allSettled(
      Array.from({ length: 64 }, (_, index) => note(database, index)),
    );
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(1);
    expect(await ids(database)).toHaveLength(64);
    expect(await transactionsIn(path)).toBe(before + 1);
  });

  it("stores several rows or none, whatever is in flight beside them", async () => {
    const { database } = await openForTest();
    const add = (id: number) => ({ sql: "INSERT INTO notes (id) VALUES (?)", values: [id] });
    const remove = (id: number) => ({ sql: "DELETE FROM notes WHERE id = ?", values: [id] });
    await note(database, 1);

    const results = await Promise.allSettled([
      note(database, 2),
      database.writeAll([add(3), remove(1), add(2)]),
      note(database, 4),
    ]);

    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await ids(database)).toEqual([1, 2, 4]);
    await database.writeAll([add(3), remove(1)]);
    expect(await ids(database)).toEqual([2, 3, 4]);
  });

  it("stores nothing where a condition is not met, whatever is in flight beside it", async () => {
    const { database } = await openForTest();
    await note(database, 1);
    const rename = (id: number) => ({
      sql: "UPDATE notes SET text = 'new' WHERE id = ? RETURNING id",
      values: [id],
      isCondition: true,
    });

    const results = await Promise.all([
      database.writeAll([rename(1), rename(2)]),
      database.writeAll([rename(3)]),
      note(database, 4),
    ]);

    expect(results).toEqual([false, false, [{ id: 4 }]]);
    expect(await database.read("SELECT text FROM notes WHERE id = 1")).toEqual([
      { text: "note 1" },
    ]);
    expect(await database.writeAll([rename(1), rename(4)])).toBe(true);
  });

  it("does everything in the order in which it was asked for", async () => {
    const { database } = await openForTest();
    const seen = await Promise.all([
      ids(database),
      note(database, 1),
      ids(database),
      database.write("DELETE FROM notes"),
      ids(database),
      note(database, 2),
    ]);
    expect([seen[0], seen[2], seen[4]]).toEqual([[], [1], []]);
  });

  it("stores nothing of what was in flight together when the disk is full", async () => {
    const { database } = await openForTest();
    await note(database, 1);
    await database.read("PRAGMA max_page_count = 1");
    const bulky = database.write("INSERT INTO notes VALUES (3, ?)", "long ".repeat(10_000));
    const results = await Promise.allSettled([note(database, 2), bulky, note(database, 4)]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(await ids(database)).toEqual([1]);
    await database.read("PRAGMA max_page_count = 1000000");
    await note(database, 5);
    expect(await ids(database)).toEqual([1, 5]);
  });

  it("goes on after a failure, and names it without the values", async () => {
    const { database } = await openForTest();
    const failure = await database
      .write("INSERT INTO nowhere VALUES (?)", "somebody's words")
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StorageError);
    expect(String(failure)).not.toContain("somebody's words");
    await note(database, 1);
    expect(await ids(database)).toEqual([1]);
  });

  it("finishes what is in flight before it closes", async () => {
    const file = await makeStateFile();
    const database = await file.open();
    await database.write("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
    const writes = Promise.all([note(database, 1), note(database, 2)]);
    const again = await file.open();
    await writes;
    expect(await ids(again)).toEqual([1, 2]);
  });

  it("refuses a file that another bridge has open, and takes it afterwards", async () => {
    const file = await makeStateFile();
    await file.open();
    await expect(openDatabase(file.path, { access: "own" })).rejects.toThrow(ConfigError);
    const tool = await openDatabase(file.path, { access: "share" });
    await tool.close();
    await file.open();
  });

  it("refuses a file that another bridge has open by another name, and empties its log by that name too", async () => {
    const file = await makeStateFile();
    const link = join(dirname(file.path), "link.sqlite");
    await symlink(file.path, link);
    const database = await openDatabase(link, { access: "own" });
    onTestFinished(() => database.close());

    await expect(file.open()).rejects.toThrow(ConfigError);

    await database.write("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
    const MB = "x".repeat(1_000_000);
    const mostBytes = 8 * MB.length;
    for (let id = 0; id < 20; id++) {
      await database.write("INSERT INTO notes (id, text) VALUES (?, ?)", id, MB);
      expect((await stat(`${file.path}-wal`)).size).toBeLessThan(mostBytes);
    }
  });

  it("refuses a file that is no database", async () => {
    const file = await makeStateFile();
    await writeFile(file.path, "This is a shopping list, and by no means a database.".repeat(50));
    await expect(openDatabase(file.path, { access: "share" })).rejects.toThrow(StorageError);
  });

  it("can be read by nobody else, files that were there before included", async () => {
    const file = await makeStateFile();
    const folder = join(dirname(file.path), "new");
    const path = join(folder, "state.sqlite");
    await writeFile(file.path, "", { mode: 0o666 });
    await chmod(file.path, 0o666);
    const old = await file.open();
    const database = await openDatabase(path, { access: "own" });
    onTestFinished(() => database.close());

    for (const [db, at] of [[old, file.path] as const, [database, path] as const]) {
      await db.probe();
      for (const end of ["", "-wal", "-shm", ".lock"]) {
        expect([end, (await stat(at + end)).mode & 0o777]).toEqual([end, 0o600]);
      }
    }
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it("leaves nothing of what was deleted in its files, though it never rests", async () => {
    const { database, path } = await openForTest();
    const words = ["deleted at once", "deleted after many others"];
    for (const [id, text] of words.entries()) {
      await database.write("INSERT INTO notes (id, text) VALUES (?, ?)", id, text.repeat(100));
    }
    expect(await textsOnDisk(path, words)).toEqual(words);
    await database.write("UPDATE notes SET text = NULL WHERE id = 0");
    await database.write("DELETE FROM notes WHERE id = 1");

    const MB = "x".repeat(1_000_000);
    for (let id = 2; (await textsOnDisk(path, words)).length > 0; id++) {
      expect(id).toBeLessThan(20);
      await database.write("INSERT INTO notes (id, text) VALUES (?, ?)", id, MB);
    }
    expect(await database.read("SELECT id FROM notes WHERE id < 2")).toEqual([{ id: 0 }]);
  });

  it("empties its log soon after the last write, however often it is read", async () => {
    const { database, path } = await openForTest();
    await note(database, 1);
    const isEmpty = async () => {
      await database.read("PRAGMA data_version");
      return (await stat(`${path}-wal`)).size === 0;
    };
    expect(await isEmpty()).toBe(false);
    await expect.poll(isEmpty, PATIENCE).toBe(true);
  });

  it("empties its log when somebody else has ceased to read, though nothing is asked of it", async () => {
    const { database, path } = await openForTest();
    const bytes = async () => (await stat(`${path}-wal`)).size;
    const reader = new DatabaseSync(path, { readOnly: true });
    onTestFinished(() => reader.close());
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM sqlite_schema").get();
    await note(database, 1);
    // It is copied, which the size of the file tells, but has to stay.
    const before = (await stat(path)).size;
    await expect.poll(async () => (await stat(path)).size, PATIENCE).toBeGreaterThan(before);
    expect(await bytes()).toBeGreaterThan(0);

    reader.exec("COMMIT");

    await expect.poll(bytes, PATIENCE).toBe(0);
  });

  it("shortens a log that has grown while somebody else read, though it never rests", async () => {
    const { database, path } = await openForTest();
    const megabytes = async () => (await stat(`${path}-wal`)).size / 1_000_000;
    const reader = new DatabaseSync(path, { readOnly: true });
    onTestFinished(() => reader.close());
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM sqlite_schema").get();
    for (let id = 0; id < 10; id++) {
      await database.write("INSERT INTO notes VALUES (?, ?)", id, "x".repeat(1_000_000));
    }
    expect(await megabytes()).toBeGreaterThan(10);

    reader.exec("COMMIT");

    for (let id = 10; id < 15; id++) await note(database, id);
    expect(await megabytes()).toBeLessThan(5);
  });

  it("refuses a file of a later version, also to a tool, and changes nothing in it", async () => {
    const file = await makeStateFile();
    const database = await file.open();
    await database.read(`PRAGMA user_version = ${STATE_VERSION + 1}`);
    await database.close();
    const before = await readFile(file.path);

    for (const access of ["own", "share", "visit"] as const) {
      await expect(openDatabase(file.path, { access })).rejects.toThrow(
        /was written by a later version of the bridge .*use that version, or restore a backup/,
      );
    }
    expect(await readFile(file.path)).toEqual(before);
  });

  it("refuses a file of an earlier version to a tool, which may run beside a bridge of that version", async () => {
    const { path } = await makeStateFile();
    await copyFile(join(import.meta.dirname, "../fixtures/state/0.2.0.sqlite"), path);
    const before = await readFile(path);

    await expect(openDatabase(path, { access: "share" })).rejects.toThrow(
      /was written by an earlier version .*start the bridge of this version once/,
    );
    await (await openDatabase(path, { access: "visit" })).close();

    const own = await openDatabase(path, { access: "own" });
    await own.close();
    expect(before.equals(await readFile(path))).toBe(false);
    await (await openDatabase(path, { access: "share" })).close();
  });

  it("raises an alarm at once when the disk is full, and clears it with the next write", async () => {
    const log = captureLog();
    const alarms = createAlarms(log);
    const { path } = await makeStateFile();
    const database = await openDatabase(path, { access: "own", alarms });
    onTestFinished(() => database.close());
    await database.read("PRAGMA max_page_count = 1");

    await expect(
      database.write("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)"),
    ).rejects.toMatchObject({ canPass: true });

    expect(alarms.current()).toMatchObject([
      {
        name: "store",
        advice: expect.stringMatching(/the disk that holds .* is full .*make room/),
      },
    ]);
    expect(log.lines).toMatchObject([{ level: "error", event: "alarm.raised" }]);
    await database.read("PRAGMA max_page_count = 1000000");
    await database.probe();
    expect(alarms.current()).toEqual([]);
  });

  it.each(["", "-wal"])(
    "stores nothing while its file%s is moved away, or another in its place, and says so",
    async (end) => {
      const alarms = createAlarms(captureLog());
      const { path } = await makeStateFile();
      const database = await openDatabase(path, { access: "own", alarms });
      onTestFinished(() => database.close());
      await database.write("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
      await rename(path + end, `${path}.away`);

      await expect(note(database, 1)).rejects.toThrow(/moved, replaced or deleted .*put it back/);
      await writeFile(path + end, "");
      await expect(note(database, 2)).rejects.toThrow(StorageError);

      expect(alarms.current()).toEqual([
        expect.objectContaining({
          name: "store",
          advice: expect.stringContaining("moved, replaced or deleted"),
        }),
      ]);
      await rename(`${path}.away`, path + end);
      await note(database, 3);
      expect(await ids(database)).toEqual([3]);
      expect(alarms.current()).toEqual([]);
    },
  );

  it("raises no alarm for a statement that is wrong", async () => {
    const alarms = createAlarms(captureLog());
    const { path } = await makeStateFile();
    const database = await openDatabase(path, { access: "own", alarms });
    onTestFinished(() => database.close());

    await expect(database.write("INSERT INTO nowhere VALUES (1)")).rejects.toThrow(StorageError);

    expect(alarms.current()).toEqual([]);
  });

  it.each([
    ["ENOSPC", /is full .*make room/, true],
    ["SQLITE_FULL", /is full .*make room/, true],
    ["SQLITE_IOERR", /look at the disk/, true],
    ["SQLITE_BUSY", /another program holds/, true],
    ["EACCES", /belongs to user \d+, with rights \d+, and the bridge runs as \S+ \(\d+\)/, false],
    ["SQLITE_CANTOPEN", /chown/, false],
    ["EROFS", /read-only/, false],
    ["EISDIR", /choose another one in STATE_URL/, false],
    ["SQLITE_CORRUPT", /move it away .*restore a backup/, false],
    ["SQLITE_NOTADB", /move it away .*restore a backup/, false],
    ["SOMETHING_NEW", /SOMETHING_NEW/, true],
  ])("says what to do about %s, with the path", (code, says, canPass) => {
    const trouble = troubleOf(code, join(tmpdir(), "bridge.sqlite"));
    expect(trouble.advice).toMatch(says);
    expect(trouble.advice).toContain(tmpdir());
    expect(trouble.canPass).toBe(canPass);
  });

  it("says how to make a folder that is not there, and gives away none that is", () => {
    const folder = join(tmpdir(), "not-there");
    const { advice } = troubleOf("EACCES", join(folder, "bridge.sqlite"));
    expect(advice).toMatch(/cannot be seen, .*install -d -m 700 -o \w+ \S+not-there$/);
    expect(advice).not.toContain("chown");
  });
});
