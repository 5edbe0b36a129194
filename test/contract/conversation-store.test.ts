import { describe, expect, it } from "vitest";
import { type Conversation, end } from "../../src/bridge/conversation.ts";
import type { Conversations } from "../../src/bridge/ports.ts";
import { StorageError } from "../../src/errors.ts";
import { toUserId } from "../../src/ids.ts";
import { openPostgresConversations } from "../../src/state/postgres/postgres-conversations.ts";
import { openConversationStore } from "../../src/state/sqlite/conversation-store.ts";
import type { Database } from "../../src/state/sqlite/database.ts";
import { expire } from "../../src/state/sqlite/expire.ts";
import { createMemoryConversations } from "../bridge/support/memory-conversations.ts";
import { answered } from "../support/answered.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createTables, describePostgres } from "../support/postgres.ts";
import { makeStateFile } from "../support/state-file.ts";
import {
  checkTwice,
  conversationOf,
  describeConversations,
  idOf,
  THREAD,
} from "./conversations-suite.ts";

interface Fixture {
  readonly store: Conversations;
  readonly database: Database;
  readonly reopen: () => Promise<Conversations>;
}

async function openForTest(): Promise<Fixture> {
  const file = await makeStateFile();
  const database = await file.open();
  return {
    store: await openConversationStore(database),
    database,
    reopen: async () => await openConversationStore(await file.open()),
  };
}

/** Does what the bridge does every hour, `days` from now. */
async function tidyUp(database: Database, days: number): Promise<void> {
  await expire(database, Date.now() + days * 86_400_000, { records: 90, audit: 365, retries: 3 });
}

/** More than fits into what is left of a page. */
const BULKY = { text: "long ".repeat(4_000) };

/** From now on the file cannot grow; a write that needs no further page still succeeds. Until it is opened again. */
const fillDisk = (database: Database) => database.read("PRAGMA max_page_count = 1");

describeConversations("conversations on SQLite", openForTest);

describePostgres("PostgreSQL", () => {
  describeConversations("conversations on PostgreSQL", async () => {
    const url = await createTables();
    const reopen = async () => openPostgresConversations(await openReplica(url));
    return { store: await reopen(), reopen };
  });
});

describeConversations("conversations in memory, on which tests run", () => {
  const store = createMemoryConversations();
  return Promise.resolve({ store, reopen: () => Promise.resolve(store) });
});

describe("the file of conversations on SQLite", () => {
  it("knows as whom a User lives on, with a conversation or without, also once tidied up", async () => {
    const { store, database, reopen } = await openForTest();
    await store.alias(toUserId("1"), toUserId("2"));
    expect(await store.currentId(toUserId("1"))).toBe("2");
    expect(await store.currentId(toUserId("2"))).toBe("2");
    await tidyUp(database, 20);
    const next = await reopen();
    expect(await next.currentId(toUserId("1"))).toBe("2");
  });

  it("forgets as whom a User lives on once nothing of that one is kept", async () => {
    const { store, database, reopen } = await openForTest();
    await store.create({ ...conversationOf("2"), thread: THREAD });
    await store.alias(toUserId("1"), toUserId("2"));
    await store.alias(toUserId("3"), toUserId("4"));
    // Merged twice: what is kept of the first is found under the last one's ids.
    await store.create(conversationOf("5"));
    await store.alias(toUserId("5"), toUserId("6"));
    await store.alias(toUserId("6"), toUserId("7"));
    await store.create(conversationOf("7"));
    await tidyUp(database, 40);
    const next = await reopen();
    expect(await next.currentId(toUserId("5"))).toBe("7");
    expect(await next.currentId(toUserId("1"))).toBe("2");
    expect(await next.currentId(toUserId("3"))).toBe("3");
  });

  it("writes nothing for a change that changes nothing", async () => {
    const { store, database } = await openForTest();
    const { id } = conversationOf("11111");
    await store.create(conversationOf("11111"));
    await database.write(
      "CREATE TRIGGER refuse BEFORE UPDATE ON conversations BEGIN SELECT RAISE(ABORT, ''); END",
    );
    expect(await store.update(id, (c) => c)).toMatchObject({ id });
  });

  it("loses no change that another process makes at the same time", async () => {
    const { store, database } = await openForTest();
    const { id } = conversationOf("11111");
    await store.create(conversationOf("11111"));
    const other = await openConversationStore(database);
    const changes = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : other));

    await Promise.all(changes.map((each) => each.update(id, answered)));

    expect((await (await openConversationStore(database)).byId(id))?.agentMessages).toBe(20);
  });

  it.each([
    ["conversations", "id", idOf("1")],
    ["customers", "external_id", "customer-1"],
    ["threads", "thread", "T1/C1/1700000000.000100"],
  ])(
    "stores a conversation whole or not at all, whatever is in flight beside it: %s fails",
    async (table, column, key) => {
      const fixture = await openForTest();
      const { store, database } = fixture;
      const refused = {
        ...conversationOf("1"),
        thread: THREAD,
        user: { externalId: "customer-1" },
      };
      await database.write(
        `CREATE TRIGGER refuse BEFORE INSERT ON ${table} WHEN NEW.${column} = '${key}' BEGIN SELECT RAISE(ABORT, ''); END`,
      );

      const results = await Promise.allSettled([
        store.create(refused),
        store.create({ ...conversationOf("2"), user: { externalId: "customer-2" } }),
      ]);

      expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
      await checkTwice(fixture, async (each) => {
        expect(await each.byId(refused.id)).toBeUndefined();
        expect(await each.byUser(refused.userId)).toBeUndefined();
        expect(await each.byThread(THREAD)).toBeUndefined();
        expect(await each.userByExternalId("customer-1")).toBeUndefined();
        expect((await each.open()).map(({ userId }) => userId)).toEqual(["2"]);
        expect(await each.userByExternalId("customer-2")).toBe("2");
      });
    },
  );

  it("ends a conversation whole or not at all", async () => {
    const fixture = await openForTest();
    const { store, database } = fixture;
    const conversation = conversationOf("1");
    await store.create(conversation);
    await database.write(
      "CREATE TRIGGER refuse BEFORE UPDATE ON conversations BEGIN SELECT RAISE(ABORT, ''); END",
    );
    const ended = () => store.update(conversation.id, (c) => end(c, "handed-back", { at: 2_000 }));

    await expect(ended()).rejects.toThrow(StorageError);

    expect(await store.open()).toEqual([conversation]);
    await database.write("DROP TRIGGER refuse");
    await ended();
    await checkTwice(fixture, async (each) => {
      expect(await each.open()).toEqual([]);
      expect(await each.byId(conversation.id)).toMatchObject({ state: "handed-back" });
    });
  });

  it("keeps memory and disk agreeing when an opening does not fit on the disk", async () => {
    const { store, database, reopen } = await openForTest();
    const earlier = conversationOf("11111", "earlier");
    await store.create(earlier);
    await store.update(earlier.id, (c) => end(c, "handed-back", { at: 2_000 }));
    const next = { ...conversationOf("11111", "next"), metadata: BULKY };

    await fillDisk(database);
    await expect(store.create(next)).rejects.toThrow(StorageError);
    const check = async (each: Conversations) => {
      expect(await each.byId(next.id)).toBeUndefined();
      expect((await each.byUser(toUserId("11111")))?.id).toBe(earlier.id);
      expect(await each.open()).toEqual([]);
    };
    await check(store);
    const again = await reopen();
    await check(again);

    await again.create(next);
    expect((await again.byUser(toUserId("11111")))?.id).toBe(next.id);
    expect(await again.open()).toEqual([next]);
  });

  it("keeps memory and disk agreeing when a change does not fit on the disk", async () => {
    const { store, database, reopen } = await openForTest();
    const conversation = conversationOf("11111");
    await store.create(conversation);
    const change = (c: Conversation) => ({ ...c, thread: THREAD, metadata: BULKY });

    await fillDisk(database);
    await expect(store.update(conversation.id, change)).rejects.toThrow(StorageError);
    const check = async (each: Conversations) => {
      expect(await each.byId(conversation.id)).toEqual(conversation);
      expect(await each.byThread(THREAD)).toBeUndefined();
      expect(await each.open()).toEqual([conversation]);
    };
    await check(store);
    const again = await reopen();
    await check(again);

    await again.update(conversation.id, change);
    expect((await again.byThread(THREAD))?.id).toBe(conversation.id);
  });

  it.each([
    ["conversations", "body", "id", idOf("1")],
    ["aliases", "value", "key", "old-1"],
  ])("opens, and tidies up, when what is in %s is damaged", async (table, column, key, damaged) => {
    const { store, database, reopen } = await openForTest();
    for (const user of ["1", "2"]) {
      await store.create({ ...conversationOf(user), user: { externalId: user } });
      await store.alias(toUserId(`old-${user}`), toUserId(user));
    }
    await store.update(idOf("2"), (c) => end(c, "handed-back", { at: 2_000 }));
    await store.create(conversationOf("3"));
    await database.write(`UPDATE ${table} SET ${column} = '{"half' WHERE ${key} = ?`, damaged);

    await tidyUp(database, 100);

    const again = await reopen();
    expect(await again.open()).toContainEqual(conversationOf("3"));
    expect(await again.byId(idOf("2"))).toBeUndefined();
  });

  it("forgets everything that led to a conversation together with it", async () => {
    const { store, database } = await openForTest();
    for (const user of ["1", "2"]) {
      const thread = { ...THREAD, ts: `${user}.000100` };
      await store.create({ ...conversationOf(user), thread, user: { externalId: user } });
    }
    await store.update(idOf("1"), (c) => ({ ...c, userId: toUserId("merged") }));
    await store.update(idOf("1"), (c) => end(c, "handed-back", { at: 2_000 }));

    await tidyUp(database, 100);

    for (const table of ["conversations", "threads", "customers"]) {
      expect([table, await database.read(`SELECT 1 FROM ${table}`)]).toEqual([table, [{ 1: 1 }]]);
    }
  });

  it("names a conversation that it does not understand to whoever asks for it, and finds the others", async () => {
    const { store, database, reopen } = await openForTest();
    await store.create(conversationOf("1"));
    await store.create(conversationOf("2"));
    await database.write(
      "UPDATE conversations SET body = json_set(body, '$.state', 'asleep') WHERE id = ?",
      idOf("1"),
    );

    const later = await reopen();

    await expect(later.byUser(toUserId("1"))).rejects.toThrow(
      `conversation/${idOf("1")}: state is not understood`,
    );
    expect((await later.byUser(toUserId("2")))?.id).toBe(idOf("2"));
    expect((await later.open()).map(({ id }) => id)).toEqual([idOf("2")]);
  });
});
