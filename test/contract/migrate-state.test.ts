import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { z } from "zod";
import type { Conversations } from "../../src/bridge/ports.ts";
import { toStateLocation } from "../../src/config/state-location.ts";
import {
  type HandoverId,
  type ItemId,
  makeKeyedHandoverId,
  type Thread,
  toConversationId,
  toUserId,
} from "../../src/ids.ts";
import type { AuditRecords } from "../../src/state/audit-records.ts";
import type { KeyValues } from "../../src/state/key-values.ts";
import { migrateState } from "../../src/state/migration/migrate-state.ts";
import { openPostgres } from "../../src/state/postgres/open-postgres.ts";
import { openPostgresAudit } from "../../src/state/postgres/postgres-audit.ts";
import { createPostgresClaims } from "../../src/state/postgres/postgres-claims.ts";
import { openPostgresConversations } from "../../src/state/postgres/postgres-conversations.ts";
import { openPostgresHandovers } from "../../src/state/postgres/postgres-handovers.ts";
import { openPostgresJournal } from "../../src/state/postgres/postgres-journal.ts";
import { openPostgresValues } from "../../src/state/postgres/postgres-values.ts";
import { SHARES, shareOf } from "../../src/state/postgres/shares.ts";
import { type Journals, openEach, QUEUES } from "../../src/state/queues.ts";
import { openConversationStore } from "../../src/state/sqlite/conversation-store.ts";
import { openDatabase } from "../../src/state/sqlite/database.ts";
import { openKeyValues } from "../../src/state/sqlite/key-values.ts";
import { openSqliteAudit } from "../../src/state/sqlite/sqlite-audit.ts";
import { openSqliteHandovers } from "../../src/state/sqlite/sqlite-handovers.ts";
import { openSqliteJournal } from "../../src/state/sqlite/sqlite-journal.ts";
import { createDatabase, describePostgres, inSession, query } from "../support/postgres.ts";
import { makeStateFile } from "../support/state-file.ts";
import { PATIENCE } from "../support/steps.ts";

const ROOT = join(import.meta.dirname, "../..");
const ALL_SHARES = Array.from({ length: SHARES }, (_, share) => share);
interface Parts {
  readonly journals: Journals;
  readonly conversations: Conversations;
  readonly remembered: KeyValues<unknown>;
  readonly audit: AuditRecords;
}

async function stateOf(fixture: string): Promise<string> {
  const { path } = await makeStateFile();
  await copyFile(join(ROOT, `test/fixtures/state/${fixture}`), path);
  return path;
}

const migrate = (file: string, url: string, signal = new AbortController().signal) => {
  const location = toStateLocation(url, {});
  if (location.engine !== "postgres") throw new Error(url);
  return migrateState(file, location, signal);
};

/** What is looked for in a state: all that there is in its tables, as SQLite has them. */
function keysIn(path: string) {
  const database = new DatabaseSync(path, { readOnly: true });
  const all = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => String(Object.values(row)[0]));
  const keys = {
    queues: QUEUES.map((queue) => ({
      queue,
      ids: all(`SELECT id FROM ${queue} ORDER BY id`) as ItemId[],
      lanes: all(`SELECT DISTINCT lane FROM ${queue} ORDER BY lane`),
    })),
    conversations: all("SELECT id FROM conversations").map(toConversationId),
    users: all("SELECT user_id FROM conversations UNION SELECT key FROM aliases").map(toUserId),
    threads: all("SELECT thread FROM threads").map(toThread),
    customers: all("SELECT external_id FROM customers"),
  };
  database.close();
  return keys;
}

function toThread(key: string): Thread {
  const [team, channel, ts] = key.split("/");
  return { team, channel, ts } as Thread;
}

/** Everything that a bridge can ask about these keys. */
async function answersOf(
  { journals, conversations, remembered, audit }: Parts,
  keys: ReturnType<typeof keysIn>,
) {
  const queues = [];
  for (const { queue, ids, lanes } of keys.queues) {
    const journal = journals[queue];
    queues.push({
      waiting: await journal.waiting(ids),
      heads: await Promise.all(lanes.map((lane) => journal.head(lane, 100))),
      pending: (await journal.pendingLanes(ALL_SHARES)).toSorted(),
      owed: await journal.owedNotices(ALL_SHARES),
      dead: await journal.deadLetters(),
      backlog: await journal.backlog(),
      found: await Promise.all(ids.map((id) => journal.find(id))),
      begun: await Promise.all(ids.map((id) => journal.hasBegun(id))),
    });
  }
  const byId = async (id: (typeof keys.conversations)[number]) =>
    await conversations.byId(id).catch(String);
  return {
    queues,
    byId: await Promise.all(keys.conversations.map(byId)),
    byUser: await Promise.all(keys.users.map((id) => conversations.byUser(id))),
    openUnder: await Promise.all(keys.users.map((id) => conversations.openUnder(id))),
    currentIds: await Promise.all(keys.users.map((id) => conversations.currentId(id))),
    byThread: await Promise.all(keys.threads.map((thread) => conversations.byThread(thread))),
    customers: await Promise.all(keys.customers.map((id) => conversations.userByExternalId(id))),
    open: await conversations.open(),
    hasUnrooted: await conversations.hasUnrooted(),
    remembered: new Map(await remembered.all()),
    audit: await recordsIn(audit),
  };
}

async function recordsIn(audit: AuditRecords) {
  const records = [];
  const all = { since: 0, until: Number.MAX_SAFE_INTEGER };
  for await (const page of audit.pages(all)) records.push(...page);
  return records;
}

async function sqliteParts(path: string): Promise<Parts & { close(): Promise<void> }> {
  const database = await openDatabase(path, { access: "own" });
  return {
    journals: openEach((queue) => openSqliteJournal(database, queue)),
    conversations: await openConversationStore(database),
    remembered: openKeyValues(database, "remembered", z.unknown()),
    audit: openSqliteAudit(database),
    close: () => database.close(),
  };
}

async function postgresParts(url: string): Promise<Parts & { close(): Promise<void> }> {
  const database = await openPostgres(url, { access: "share" });
  const holdings = { shareOf, heldBy: () => null };
  return {
    journals: openEach((queue) => openPostgresJournal(database, queue, holdings)),
    conversations: openPostgresConversations(database),
    remembered: openPostgresValues(database, z.unknown()),
    audit: openPostgresAudit(database),
    close: () => database.close(),
  };
}

const rowsIn = async (url: string, table: string): Promise<number> => {
  const [row] = await query<{ rows: string }>(url, `SELECT count(*) AS rows FROM ${table}`);
  return Number(row?.rows);
};

describePostgres("moving a state from SQLite to PostgreSQL", () => {
  it.each([
    "0.1.0.sqlite",
    "0.2.0.sqlite",
    "0.3.0.sqlite",
    "0.5.0.sqlite",
    "0.6.0.sqlite",
    "0.7.0.sqlite",
  ])("takes everything along of %s, and leaves the file as it was", async (fixture) => {
    const file = await stateOf(fixture);
    const before = await readFile(file);
    const url = await createDatabase();

    const { sqlite, postgres } = await migrate(file, url);

    expect(postgres).toEqual(sqlite);
    expect(sqlite["inbox: waiting"]).toBeGreaterThan(0);
    expect(await readFile(file)).toEqual(before);
    expect(await readdir(dirname(file))).toEqual(
      expect.not.arrayContaining([expect.stringContaining("migrating")]),
    );
    const old = await sqliteParts(file);
    const keys = keysIn(file);
    const expected = await answersOf(old, keys);
    await old.close();
    const moved = await postgresParts(url);
    expect(await answersOf(moved, keys)).toEqual(expected);
    await moved.close();
  });

  it("numbers what is added later behind all that was there", async () => {
    const file = await stateOf("0.3.0.sqlite");
    const url = await createDatabase();
    await migrate(file, url);
    const { journals, close } = await postgresParts(url);
    const [last] = await query<{ seq: string }>(url, "SELECT max(seq) AS seq FROM inbox");

    const added = await journals.inbox.append({
      id: "new" as ItemId,
      lane: "user/1",
      body: "{}",
      appendedAt: 1,
      dueAt: 1,
      held: false,
    });

    expect(added).toMatchObject({ seq: Number(last?.seq) + 1 });
    await close();
  });

  it("leaves a database alone that holds something, and says what", async () => {
    const file = await stateOf("0.3.0.sqlite");
    const url = await createDatabase();
    const { postgres } = await migrate(file, url);

    await expect(migrate(file, url)).rejects.toThrow(
      `holds something already (inbox: waiting ${postgres["inbox: waiting"]},`,
    );

    expect(await rowsIn(url, "inbox")).toBe(
      QUEUE_STATES.reduce((sum, state) => sum + (postgres[`inbox: ${state}`] ?? 0), 0),
    );
  });

  it("does nothing while a bridge runs on the database", async () => {
    const file = await stateOf("0.3.0.sqlite");
    const url = await createDatabase();
    const database = await openPostgres(url, { access: "own" });
    const claims = createPostgresClaims(database);
    await claims.start([]);

    await expect(migrate(file, url)).rejects.toThrow("1 bridge runs on the database already");

    await claims.stop();
    await database.close();
    await migrate(file, url);
  });

  it("does nothing while a bridge runs on the file", async () => {
    const file = await stateOf("0.3.0.sqlite");
    const url = await createDatabase();
    const database = await openDatabase(file, { access: "own" });

    await expect(migrate(file, url)).rejects.toThrow(/in use by another bridge/);

    await database.close();
  });

  it("stores what PostgreSQL cannot: ids with the character NUL", async () => {
    const file = await stateOf("0.3.0.sqlite");
    const url = await createDatabase();
    const source = new DatabaseSync(file);
    source.exec("UPDATE customers SET external_id = 'a' || char(0) || 'b'");
    source.close();

    await migrate(file, url);

    const found = await query(url, "SELECT external_id FROM customers");
    expect(found).toEqual([{ external_id: "a\uFFFDb" }]);
  });

  it.each(["inbox", "conversations", "customers", "aliases", "the end"])(
    "stores nothing when it is killed in the middle, at %s, and all of it when it is run again",
    async (place) => {
      const file = await stateOf("0.3.0.sqlite");
      const before = await readFile(file);
      const url = await createDatabase();
      await (await openPostgres(url, { access: "own" })).close();
      await inSession(url, async (client) => {
        // Whoever comes to this place waits for us.
        await client.query("SELECT pg_advisory_lock(1)");
        await client.query(
          "CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$",
        );
        await client.query(
          place === "the end"
            ? "CREATE CONSTRAINT TRIGGER here AFTER INSERT ON inbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_here()"
            : `CREATE TRIGGER here AFTER INSERT ON ${place} EXECUTE FUNCTION wait_here()`,
        );
        const tool = spawn(process.execPath, ["src/main.ts", "migrate", `sqlite:${file}`, url], {
          cwd: ROOT,
          stdio: "ignore",
        });
        const ended = once(tool, "exit");
        const waiting = () => client.query("SELECT FROM pg_locks WHERE NOT granted AND objid = 1");
        await expect.poll(async () => (await waiting()).rowCount, PATIENCE).toBe(1);

        tool.kill("SIGKILL");

        await ended;
        await client.query("DROP FUNCTION wait_here CASCADE");
      });
      expect(await rowsIn(url, "inbox")).toBe(0);
      expect(await readFile(file)).toEqual(before);

      const { sqlite, postgres } = await migrate(file, url);

      expect(postgres).toEqual(sqlite);
      expect(await rowsIn(url, "conversations")).toBe(sqlite.conversations);
    },
  );

  it("takes records of deeds along, in their order", async () => {
    const { path: file, open } = await makeStateFile();
    const database = await open();
    const audit = openSqliteAudit(database);
    const record = {
      at: 1,
      what: "hand-back",
      by: "U0ANNA",
      byName: "Anna",
      result: "done",
    } as const;
    const users = { userId: toUserId("42"), from: "agents", to: "bot" };
    await audit.add({ ...record, ...users, id: "second" as ItemId });
    await audit.add({ ...record, id: "first" as ItemId, result: "failed", why: "network" });
    const before = await recordsIn(audit);
    await database.close();
    const url = await createDatabase();

    const { postgres } = await migrate(file, url);

    expect(postgres["audit records"]).toBe(2);
    const moved = await openPostgres(url, { access: "share" });
    expect(await recordsIn(openPostgresAudit(moved))).toEqual(before);
    const added = { ...record, id: "third" as ItemId };
    expect(await openPostgresAudit(moved).add(added)).toBe(true);
    await moved.close();
  });

  it("takes handovers along, with what became of them", async () => {
    const { path: file, open } = await makeStateFile();
    const database = await open();
    const handovers = openSqliteHandovers(database);
    const userId = toUserId("42");
    const [opened, failed] = ["opened", "failed"].map(makeKeyedHandoverId) as [
      HandoverId,
      HandoverId,
    ];
    await handovers.add({ id: opened, userId, digest: "body", at: 1 });
    await handovers.belongsTo(opened, toConversationId("c_1"));
    await handovers.add({ id: failed, userId, at: 2 });
    await handovers.failed(failed, "slack-api");
    const before = [await handovers.byId(opened), await handovers.byId(failed)];
    await database.close();
    const url = await createDatabase();

    const { postgres } = await migrate(file, url);

    expect(postgres.handovers).toBe(2);
    const moved = await openPostgres(url, { access: "share" });
    const there = openPostgresHandovers(moved);
    expect([await there.byId(opened), await there.byId(failed)]).toEqual(before);
    await moved.close();
  });

  it("takes along more than fits into one statement", async () => {
    const file = await stateOf("0.3.0.sqlite");
    const database = new DatabaseSync(file);
    const add = database.prepare(
      "INSERT INTO conversations (id, version, user_id, is_open, ended_at, body) VALUES (?, 1, ?, 0, 1, ?)",
    );
    database.exec("BEGIN");
    for (let index = 0; index < 3_000; index++) {
      add.run(`c_${index}`, `${index}`, JSON.stringify({ filler: "x".repeat(1_000) }));
    }
    database.exec("COMMIT");
    database.close();
    const url = await createDatabase();

    const { sqlite } = await migrate(file, url);

    expect(await rowsIn(url, "conversations")).toBe(sqlite.conversations);
    expect(sqlite.conversations).toBeGreaterThan(3_000);
  });
});

const QUEUE_STATES = ["waiting", "held", "dead", "done"];
