import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { z } from "zod";
import { StorageError } from "../../src/errors.ts";
import { toItemId, toUserId } from "../../src/ids.ts";
import { createLastKnown } from "../../src/state/last-known.ts";
import { openConversationStore } from "../../src/state/sqlite/conversation-store.ts";
import { openDatabase } from "../../src/state/sqlite/database.ts";
import { expire } from "../../src/state/sqlite/expire.ts";
import { openKeyValues } from "../../src/state/sqlite/key-values.ts";
import { openSqliteAudit } from "../../src/state/sqlite/sqlite-audit.ts";
import { captureLog } from "../support/captured-log.ts";
import { makeStateFile } from "../support/state-file.ts";
import { conversationOf, idOf } from "./conversations-suite.ts";

const ROOT = join(import.meta.dirname, "../..");
const CONVERSATIONS = 2_000;

/** A state as version 0.2.0 left it, with so many conversations more, every second of which is open. */
async function makeEarlierState(conversations = 0) {
  const file = await makeStateFile();
  await copyFile(join(ROOT, "test/fixtures/state/0.2.0.sqlite"), file.path);
  change(file.path, (database) => {
    const add = database.prepare("INSERT INTO keyv (key, value) VALUES (?, ?)");
    const set = (key: string, value: unknown) => add.run(key, JSON.stringify({ value }));
    for (let index = 0; index < conversations; index++) {
      const user = `u${index}`;
      const open = index % 2 === 0;
      const conversation = {
        ...conversationOf(user),
        // With a colon in front, as Keyv put one before each text that begins with one.
        metadata: { reason: `::) ${index}` },
        ...(!open && { state: "handed-back", ending: { at: 2_000 } }),
      };
      set(`conversation/${conversation.id}`, conversation);
      set(`user/${user}`, conversation.id);
      set(`thread/T1/C1/${index}.000100`, conversation.id);
      set(`customer/customer:${index}`, user);
      set(`alias/old:${index}`, user);
      if (open) set(`open/${conversation.id}`, conversation.id);
    }
    set("remembered/what/ever", "known");
  });
  return file;
}

function change(path: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path);
  database.exec("BEGIN");
  work(database);
  database.exec("COMMIT");
  database.close();
}

/** Returns how long it took, ms, from the moment at which the process was ready. After `killAfterMs` it is killed. */
async function upgradeElsewhere(path: string, killAfterMs?: number): Promise<number> {
  const program = join(dirname(path), "upgrade.mjs");
  await writeFile(
    program,
    `import { openDatabase } from ${JSON.stringify(join(ROOT, "src/state/sqlite/database.ts"))};
     process.stdout.write("ready");
     await (await openDatabase(${JSON.stringify(path)}, { access: "own" })).close();
     process.exit(0);`,
  );
  const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  await once(child.stdout, "data");
  const readyAt = performance.now();
  if (killAfterMs !== undefined) {
    await Promise.race([exit, pause(killAfterMs)]);
    child.kill("SIGKILL");
  }
  const [code] = (await exit) as [number | null];
  if (code !== 0) expect([killAfterMs, code]).toEqual([expect.any(Number), null]);
  return performance.now() - readyAt;
}

it("brings everything of an earlier version up to this one, however often it is killed meanwhile", async () => {
  const { path, open } = await makeEarlierState(CONVERSATIONS);
  const copy = await makeStateFile();
  await copyFile(path, copy.path);
  // A number of kills that does not depend on how fast the machine is, all along what it takes.
  const wholeMs = await upgradeElsewhere(copy.path);
  for (const part of [0.05, 0.2, 0.4, 0.6, 0.8, 0.95]) {
    await upgradeElsewhere(path, part * wholeMs);
  }
  await upgradeElsewhere(path);

  const database = await open();
  const store = await openConversationStore(database);
  expect(await store.open()).toHaveLength(CONVERSATIONS / 2 + 2);
  const found = await Promise.all(
    Array.from({ length: CONVERSATIONS }, async (_, index) => [
      (await store.byId(idOf(`u${index}`)))?.metadata,
      (await store.byUser(toUserId(`old:${index}`)))?.id,
      (await store.byThread({ team: "T1", channel: "C1", ts: `${index}.000100` }))?.id,
      await store.userByExternalId(`customer:${index}`),
    ]),
  );
  for (const [index, all] of found.entries()) {
    const id = idOf(`u${index}`);
    expect(all).toEqual([{ reason: `:) ${index}` }, id, id, `u${index}`]);
  }
  const lastKnown = createLastKnown(
    { remembered: (schema) => openKeyValues(database, "remembered", schema) },
    captureLog(),
  );
  const isDown = () => Promise.reject(new StorageError("down"));
  expect(await lastKnown("what/ever", z.string(), isDown)).toBe("known");
  expect(await database.read("SELECT 1 FROM sqlite_schema WHERE name = 'keyv'")).toEqual([]);
}, 600_000);

it("leaves the file as it was if it cannot be brought up to this version", async () => {
  const { path } = await makeEarlierState();
  change(path, (database) => database.exec("CREATE TABLE customers (something INTEGER)"));
  const valuesIn = () => {
    const database = new DatabaseSync(path);
    const rows = database.prepare("SELECT * FROM keyv ORDER BY key").all();
    database.close();
    return rows;
  };
  const before = valuesIn();

  await expect(openDatabase(path, { access: "own" })).rejects.toThrow(StorageError);

  expect(valuesIn()).toEqual(before);
});

it("loses nothing if an earlier version has been at it in between", async () => {
  const { path, open } = await makeEarlierState();
  const store = await openConversationStore(await open());
  await store.create({ ...conversationOf("1"), user: { externalId: "customer:1" } });
  await (await open()).close();
  const later = { ...conversationOf("2"), user: { externalId: "customer:1" } };
  change(path, (database) => {
    database.exec("CREATE TABLE keyv (key VARCHAR(255) PRIMARY KEY, value TEXT)");
    const add = database.prepare("INSERT INTO keyv (key, value) VALUES (?, ?)");
    const set = (key: string, value: unknown) => add.run(key, JSON.stringify({ value }));
    set(`conversation/${later.id}`, later);
    set(`open/${later.id}`, later.id);
    set("user/2", later.id);
    set("customer/customer:1", "2");
  });

  const again = await openConversationStore(await open());

  expect((await again.byUser(toUserId("1")))?.id).toBe(idOf("1"));
  expect(await again.byUser(toUserId("2"))).toEqual(later);
  expect(await again.userByExternalId("customer:1")).toBe("2");
});

it.each(["0.1.0", "0.2.0", "0.3.0", "0.5.0"])(
  "gives a state of %s a place for records of deeds",
  async (version) => {
    const { path, open } = await makeStateFile();
    await copyFile(join(ROOT, `test/fixtures/state/${version}.sqlite`), path);
    const record = { id: toItemId("d_1"), at: 1, what: "hand-back", result: "done" } as const;

    expect(await openSqliteAudit(await open()).add(record)).toBe(true);

    const again = openSqliteAudit(await open());
    for await (const page of again.pages({ since: 0, until: 9 })) expect(page).toEqual([record]);
    expect(await again.add(record)).toBe(false);
  },
);

it("moves what a damaged conversation is found by, and what belongs to others", async () => {
  const { path, open } = await makeEarlierState(4);
  change(path, (database) => {
    const damage = database.prepare("UPDATE keyv SET value = ? WHERE key = ?");
    damage.run('{"value":{"half', `conversation/${idOf("u0")}`);
    damage.run('{"value":7}', `conversation/${idOf("u1")}`);
    damage.run('{"value":{"userId":5,"ending":{"at":"late"}}}', `conversation/${idOf("u2")}`);
    damage.run("half", "thread/T1/C1/3.000100");
  });

  const store = await openConversationStore(await open());

  for (const user of ["u0", "u1", "u2"]) {
    await expect(store.byUser(toUserId(user))).rejects.toThrow(`conversation/${idOf(user)}`);
  }
  expect((await store.byUser(toUserId("u3")))?.id).toBe(idOf("u3"));
});

it("forgets the customer id of a User who had been merged together with the conversation", async () => {
  const { path, open } = await makeEarlierState(2);
  change(path, (database) => {
    const moved = { ...conversationOf("u1"), userId: "merged", state: "handed-back" };
    database
      .prepare("UPDATE keyv SET value = ? WHERE key = ?")
      .run(
        JSON.stringify({ value: { ...moved, ending: { at: 2_000 } } }),
        `conversation/${idOf("u1")}`,
      );
    database
      .prepare("INSERT INTO keyv (key, value) VALUES ('user/merged', ?)")
      .run(JSON.stringify({ value: idOf("u1") }));
  });
  const database = await open();
  const store = await openConversationStore(database);
  expect(await store.userByExternalId("customer:1")).toBe("merged");

  await expire(database, Date.now(), { records: 90, audit: 365, retries: 3 });

  expect(await store.userByExternalId("customer:1")).toBeUndefined();
});

it("leaves nothing of what was deleted before in the file", async () => {
  const { path, open } = await makeEarlierState();
  change(path, (database) => {
    database.exec("PRAGMA secure_delete = OFF");
    const add = database.prepare("INSERT INTO keyv (key, value) VALUES (?, ?)");
    for (let id = 0; id < 50; id++) add.run(`gone/${id}`, "delivered long ago ".repeat(200));
  });
  change(path, (database) => database.exec("DELETE FROM keyv WHERE key LIKE 'gone/%'"));
  expect((await readFile(path)).includes("delivered long ago")).toBe(true);

  await (await open()).close();

  expect((await readFile(path)).includes("delivered long ago")).toBe(false);
});
