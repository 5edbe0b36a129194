import { describe, expect, it } from "vitest";
import {
  type Conversation,
  end,
  openConversation,
  withAgentMessage,
  withUserMessages,
} from "../../src/bridge/conversation.ts";
import type { Conversations } from "../../src/bridge/ports.ts";
import { StorageError } from "../../src/errors.ts";
import { makeConversationId, toItemId, toUserId } from "../../src/ids.ts";
import { openConversationStore } from "../../src/state/conversation-store.ts";
import type { Database } from "../../src/state/database.ts";
import { expire } from "../../src/state/expiry.ts";
import { openSqliteJournal } from "../../src/state/sqlite-journal.ts";
import { makeStateFile } from "../support/state-file.ts";

const THREAD = { team: "T1", channel: "C1", ts: "1700000000.000100" };

const idOf = (name: string) => makeConversationId(toUserId(name), toItemId(name));

const conversationOf = (user: string, name = user, openedAt = 1_000): Conversation =>
  openConversation({ id: idOf(name), userId: toUserId(user), user: {}, openedAt });

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
  for (const queue of ["inbox", "outbox"] as const) await openSqliteJournal(database, queue);
  await expire(database, Date.now() + days * 86_400_000, 90);
}

/** More than fits into what is left of a page. */
const BULKY = { text: "long ".repeat(4_000) };

/** From now on the file cannot grow; a write that needs no further page still succeeds. Until it is opened again. */
const fillDisk = (database: Database) => database.read("PRAGMA max_page_count = 1");

/** Checks the store as it is, and as another process would find it. */
async function checkTwice(
  { store, reopen }: Fixture,
  check: (store: Conversations) => Promise<void>,
): Promise<void> {
  await check(store);
  await check(await reopen());
}

describe("conversations on SQLite", () => {
  it("finds a conversation by id and by User, also after it was reopened", async () => {
    const fixture = await openForTest();
    const { store } = fixture;
    const conversation: Conversation = {
      ...conversationOf("11111"),
      metadata: { reason: "question_too_complex", order: { lines: [1, null, "x"] } },
      transcript: [{ from: "bot", text: "Hi 👩‍👩‍👧‍👦", time: 1_700_000_000 }],
    };
    await store.create(conversation);
    await checkTwice(fixture, async (each) => {
      expect(await each.byId(conversation.id)).toEqual(conversation);
      expect(await each.byUser(toUserId("11111"))).toEqual(conversation);
      expect(await each.byUser(toUserId(11111))).toEqual(conversation);
    });
  });

  it("knows nothing of what was never stored", async () => {
    const { store } = await openForTest();
    await store.create(conversationOf("11111"));
    expect(await store.byId(idOf("other"))).toBeUndefined();
    expect(await store.byUser(toUserId("1111"))).toBeUndefined();
    expect(await store.byThread(THREAD)).toBeUndefined();
    expect(await store.userByExternalId("customer-1")).toBeUndefined();
    expect(await store.update(idOf("other"), (c) => c)).toBeUndefined();
  });

  it("finds it by its thread from the moment that the root is posted", async () => {
    const fixture = await openForTest();
    const { store } = fixture;
    const { id } = conversationOf("11111");
    await store.create(conversationOf("11111"));
    await store.update(id, (c) => ({ ...c, thread: THREAD }));
    await checkTwice(fixture, async (each) => {
      expect((await each.byThread(THREAD))?.id).toBe(id);
      for (const other of [{ team: "T2" }, { channel: "C2" }, { ts: "1700000000.000200" }]) {
        expect(await each.byThread({ ...THREAD, ...other })).toBeUndefined();
      }
    });
  });

  it("finds the newest conversation of a User, and older ones by their threads", async () => {
    const fixture = await openForTest();
    const { store } = fixture;
    const first = { ...conversationOf("11111", "first"), thread: THREAD };
    await store.create(first);
    await store.update(first.id, (c) => end(c, "handed-back", { at: 2_000 }));
    await store.create(conversationOf("11111", "second", 3_000));
    await store.update(first.id, (c) => ({ ...c, readUntil: "1700000000.000900" }));
    await checkTwice(fixture, async (each) => {
      expect((await each.byUser(toUserId("11111")))?.id).toBe(idOf("second"));
      expect(await each.byThread(THREAD)).toMatchObject({
        id: idOf("first"),
        state: "handed-back",
        readUntil: "1700000000.000900",
      });
    });
  });

  it("finds a User by the business's own id, also one that is told later", async () => {
    const { store, reopen } = await openForTest();
    const conversation = conversationOf("11111");
    await store.create({ ...conversation, user: { externalId: "customer-7" } });
    expect(await store.userByExternalId("customer-7")).toBe("11111");
    await store.update(conversation.id, (c) => ({ ...c, user: { externalId: "customer-8" } }));
    expect(await (await reopen()).userByExternalId("customer-8")).toBe("11111");
  });

  it("follows a User through several merges", async () => {
    const fixture = await openForTest();
    const { store } = fixture;
    await store.create({ ...conversationOf("3"), user: { externalId: "customer-3" } });
    await store.create({ ...conversationOf("old"), user: { externalId: "customer-old" } });
    await store.alias(toUserId("1"), toUserId("2"));
    await store.alias(toUserId("2"), toUserId("3"));
    await store.alias(toUserId("old"), toUserId("2"));
    await checkTwice(fixture, async (each) => {
      for (const user of ["1", "2", "3", "old"]) {
        expect((await each.byUser(toUserId(user)))?.id, user).toBe(idOf("3"));
      }
      expect(await each.userByExternalId("customer-old")).toBe("3");
    });
  });

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
    await tidyUp(database, 40);
    const next = await reopen();
    expect(await next.currentId(toUserId("1"))).toBe("2");
    expect(await next.currentId(toUserId("3"))).toBe("3");
  });

  it("does not turn for ever in a circle of merges", async () => {
    const { store } = await openForTest();
    await store.create(conversationOf("1"));
    await store.alias(toUserId("1"), toUserId("2"));
    await store.alias(toUserId("2"), toUserId("1"));
    await store.alias(toUserId("3"), toUserId("3"));
    await store.create(conversationOf("3"));
    expect((await store.byUser(toUserId("1")))?.id).toBe(idOf("1"));
    expect((await store.byUser(toUserId("3")))?.id).toBe(idOf("3"));
  });

  it("moves a conversation to the User's new id", async () => {
    const { store, reopen } = await openForTest();
    const { id } = conversationOf("1");
    await store.create({ ...conversationOf("1"), thread: THREAD });
    await store.update(id, (c) => ({ ...c, userId: toUserId("2") }));
    await store.alias(toUserId("1"), toUserId("2"));
    const again = await reopen();
    for (const user of ["1", "2"]) {
      expect(await again.byUser(toUserId(user))).toMatchObject({ id, userId: "2" });
    }
    expect((await again.byThread(THREAD))?.userId).toBe("2");
  });

  it("lists the open ones, the longest open first, also after it was reopened", async () => {
    const { store, reopen } = await openForTest();
    await store.create(conversationOf("b", "b", 2_000));
    await store.create(conversationOf("c", "c", 3_000));
    await store.create(conversationOf("a", "a", 1_000));
    await store.create(conversationOf("d", "d", 4_000));
    await store.update(idOf("c"), (c) => end(c, "taken-away", { at: 5_000 }));
    const names = (each: Conversations) => each.open().map(({ userId }) => userId);
    expect(names(store)).toEqual(["a", "b", "d"]);
    const again = await reopen();
    expect(names(again)).toEqual(["a", "b", "d"]);
    await again.update(idOf("a"), (c) => end(c, "merged", { at: 6_000 }));
    expect(names(again)).toEqual(["b", "d"]);
    expect(names(await reopen())).toEqual(["b", "d"]);
  });

  it("loses no concurrent change", async () => {
    const { store, reopen } = await openForTest();
    const { id } = conversationOf("11111");
    await store.create(conversationOf("11111"));
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        store.update(id, (c) => (index % 2 ? withUserMessages(c, 2, 5_000) : withAgentMessage(c))),
      ),
    );
    const expected = { userMessages: 50, agentMessages: 25 };
    expect(await store.byId(id)).toMatchObject(expected);
    expect(await (await reopen()).byId(id)).toMatchObject(expected);
  });

  it("goes on with the next change after one that threw", async () => {
    const { store } = await openForTest();
    const { id } = conversationOf("11111");
    await store.create(conversationOf("11111"));
    const failing = store.update(id, () => {
      throw new Error("not today");
    });
    const next = store.update(id, (c) => withUserMessages(c, 1, 5_000));
    await expect(failing).rejects.toThrow("not today");
    expect(await next).toMatchObject({ userMessages: 1 });
    expect(await store.byId(id)).toMatchObject({ userMessages: 1 });
  });

  it("writes nothing for a change that changes nothing", async () => {
    const { store, database } = await openForTest();
    const { id } = conversationOf("11111");
    await store.create(conversationOf("11111"));
    const before = await database.read("SELECT * FROM keyv ORDER BY key");
    await database.read(
      "CREATE TRIGGER refuse BEFORE INSERT ON keyv BEGIN SELECT RAISE(ABORT, ''); END",
    );
    expect(await store.update(id, (c) => c)).toMatchObject({ id });
    expect(await database.read("SELECT * FROM keyv ORDER BY key")).toEqual(before);
  });

  it.each([
    `conversation/${idOf("1")}`,
    `open/${idOf("1")}`,
    "user/1",
    "customer/customer-1",
    "thread/T1/C1/1700000000.000100",
  ])(
    "stores a conversation whole or not at all, whatever is in flight beside it: %s fails",
    async (key) => {
      const fixture = await openForTest();
      const { store, database } = fixture;
      const refused = {
        ...conversationOf("1"),
        thread: THREAD,
        user: { externalId: "customer-1" },
      };
      await database.read(
        `CREATE TRIGGER refuse BEFORE INSERT ON keyv WHEN NEW.key = '${key}' BEGIN SELECT RAISE(ABORT, ''); END`,
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
        expect(each.open().map(({ userId }) => userId)).toEqual(["2"]);
        expect(await each.userByExternalId("customer-2")).toBe("2");
      });
    },
  );

  it("ends a conversation whole or not at all", async () => {
    const fixture = await openForTest();
    const { store, database } = fixture;
    const conversation = conversationOf("1");
    await store.create(conversation);
    await database.read(
      "CREATE TRIGGER refuse BEFORE DELETE ON keyv BEGIN SELECT RAISE(ABORT, ''); END",
    );
    const ended = () => store.update(conversation.id, (c) => end(c, "handed-back", { at: 2_000 }));

    await expect(ended()).rejects.toThrow(StorageError);

    expect(store.open()).toEqual([conversation]);
    await database.read("DROP TRIGGER refuse");
    await ended();
    expect(await database.read("SELECT key FROM keyv WHERE key LIKE 'open/%'")).toEqual([]);
    await checkTwice(fixture, async (each) => {
      expect(each.open()).toEqual([]);
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
      expect(each.open()).toEqual([]);
    };
    await check(store);
    const again = await reopen();
    await check(again);

    await again.create(next);
    expect((await again.byUser(toUserId("11111")))?.id).toBe(next.id);
    expect(again.open()).toEqual([next]);
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
      expect(each.open()).toEqual([conversation]);
    };
    await check(store);
    const again = await reopen();
    await check(again);

    await again.update(conversation.id, change);
    expect((await again.byThread(THREAD))?.id).toBe(conversation.id);
  });

  it("keeps every text of a conversation as it was, over restarts and changes", async () => {
    const { store, reopen } = await openForTest();
    const user = { name: ":)", externalId: ":7" };
    const metadata = { toJSON: 1, "::": ["::", ":base64:aGk="] };
    const conversation = { ...conversationOf("11111"), user, metadata };
    await store.create(conversation);

    for (let restarts = 0; restarts < 2; restarts++) {
      await (await reopen()).update(conversation.id, withAgentMessage);
    }

    expect(await (await reopen()).byId(conversation.id)).toMatchObject({ user, metadata });
  });

  it.each([
    `conversation/${idOf("1")}`,
    `open/${idOf("1")}`,
    "alias/old-1",
    "customer/1",
    "user/1",
  ])("opens, and tidies up, when what is under %s is damaged", async (key) => {
    const { store, database, reopen } = await openForTest();
    for (const user of ["1", "2"]) {
      await store.create({ ...conversationOf(user), user: { externalId: user } });
      await store.alias(toUserId(`old-${user}`), toUserId(user));
    }
    await store.update(idOf("2"), (c) => end(c, "handed-back", { at: 2_000 }));
    await store.create(conversationOf("3"));
    await database.write(`UPDATE keyv SET value = '{"half' WHERE key = ?`, key);

    await tidyUp(database, 40);

    const again = await reopen();
    expect(again.open()).toContainEqual(conversationOf("3"));
    expect(await again.byId(idOf("2"))).toBeUndefined();
  });

  it("names a conversation that it does not understand to whoever asks for it, and finds the others", async () => {
    const { store, database, reopen } = await openForTest();
    await store.create(conversationOf("1"));
    await store.create(conversationOf("2"));
    await database.write(
      "UPDATE keyv SET value = json_set(value, '$.value.state', 'asleep') WHERE key = ?",
      `conversation/${idOf("1")}`,
    );

    const later = await reopen();

    await expect(later.byUser(toUserId("1"))).rejects.toThrow(
      `conversation/${idOf("1")}: state is not understood`,
    );
    expect((await later.byUser(toUserId("2")))?.id).toBe(idOf("2"));
    expect(later.open().map(({ id }) => id)).toEqual([idOf("2")]);
  });
});
