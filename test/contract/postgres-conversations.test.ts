import fc from "fast-check";
import { expect, it } from "vitest";
import { end } from "../../src/bridge/conversation.ts";
import type { Conversations } from "../../src/bridge/ports.ts";
import { OvertakenError, StorageError } from "../../src/errors.ts";
import { toUserId } from "../../src/ids.ts";
import type { Questions } from "../../src/state/postgres/open-postgres.ts";
import { openPostgresConversations } from "../../src/state/postgres/postgres-conversations.ts";
import { answered } from "../support/answered.ts";
import { openReplica } from "../support/open-postgres.ts";
import {
  createTables,
  describePostgres,
  endSessions,
  inSession,
  query,
  waitingForLocks,
} from "../support/postgres.ts";
import { holds } from "../support/property.ts";
import { conversationOf, idOf, THREAD } from "./conversations-suite.ts";

const PATIENCE = { timeout: 10_000, interval: 20 };

async function openTwo() {
  const url = await createTables();
  const open = async () => openPostgresConversations(await openReplica(url));
  const stores: [Conversations, Conversations] = [await open(), await open()];
  return { url, stores };
}

describePostgres("conversations that replicas share", () => {
  it("lose no change that another replica makes at the same time", async () => {
    const { stores } = await openTwo();
    const [store, other] = stores;
    const { id } = conversationOf("11111");
    await store.create(conversationOf("11111"));

    await Promise.all(
      Array.from({ length: 40 }, (_, n) => stores[n % 2 ? 1 : 0].update(id, answered)),
    );

    expect((await store.byId(id))?.agentMessages).toBe(40);
    expect((await other.byId(id))?.agentMessages).toBe(40);
  });

  it("make a change again that another replica has overtaken, of what it has become", async () => {
    const { stores } = await openTwo();
    const [store, other] = stores;
    const { id } = conversationOf("1");
    await store.create(conversationOf("1"));
    const seen: number[] = [];
    let overtaking: Promise<unknown> | undefined;

    await store.update(id, (c) => {
      seen.push(c.agentMessages);
      overtaking ??= other.update(id, answered);
      return answered(c);
    });

    await overtaking;
    expect((await store.byId(id))?.agentMessages).toBe(2);
    expect(seen[0]).toBe(0);
  });

  it("do not change one that was opened anew under its id meanwhile", async () => {
    const { url, stores } = await openTwo();
    const [store, other] = stores;
    const { id } = conversationOf("1");
    await store.create(conversationOf("1"));
    let tries = 0;
    await inSession(url, async (client) => {
      await client.query("BEGIN");
      await client.query("SELECT 1 FROM conversations FOR UPDATE");
      const changing = store.update(id, (c) => {
        tries += 1;
        return answered(c);
      });
      await expect.poll(() => waitingForLocks(url, "transactionid"), PATIENCE).toBe(1);
      await client.query(
        "UPDATE conversations SET version = version + 1, body = replace(body, '1000', '2000')",
      );
      await client.query("COMMIT");
      await changing;
    });
    expect(tries).toBe(2);
    expect(await other.byId(id)).toMatchObject({ agentMessages: 1, openedAt: 2_000 });
    await store.create(conversationOf("1"));
    expect(await query(url, "SELECT version::int FROM conversations")).toEqual([{ version: 4 }]);
  });

  it("are not opened for a User while another replica is merging that one into another", async () => {
    const { url, stores } = await openTwo();
    const [store, other] = stores;
    await inSession(url, async (client) => {
      await client.query("BEGIN");
      // Reading goes on, so only the lock of the User keeps the opening waiting.
      await client.query("LOCK TABLE aliases IN EXCLUSIVE MODE");
      const merging = store.alias(toUserId("1"), toUserId("2"));
      await expect.poll(() => waitingForLocks(url, "relation"), PATIENCE).toBe(1);
      const opening = other.create(conversationOf("1"));
      const refused = expect(opening).rejects.toThrow(OvertakenError);
      await expect.poll(() => waitingForLocks(url, "advisory"), PATIENCE).toBe(1);
      await client.query("COMMIT");
      await merging;
      await refused;
    });
    expect(await other.open()).toEqual([]);
  });

  holds(
    "are found by both replicas at once, whichever of them has changed them",
    fc.array(
      fc.record({
        at: fc.constantFrom(0, 1),
        what: fc.constantFrom("create", "move", "end", "alias", "thread"),
        user: fc.constantFrom("1", "2", "3"),
      }),
      { maxLength: 12 },
    ),
    async (steps) => {
      opened ??= openTwo();
      const { url, stores } = await opened;
      await query(url, "TRUNCATE conversations, threads, customers, aliases");
      for (const { at, what, user } of steps) {
        const store = stores[at === 0 ? 0 : 1];
        const id = idOf(user);
        if (what === "create") await store.create(conversationOf(user)).catch(refusal);
        if (what === "move") {
          await store.update(id, (c) => ({ ...c, userId: toUserId(`${user}${user}`) }));
        }
        if (what === "end") await store.update(id, (c) => end(c, "handed-back", { at: 2_000 }));
        if (what === "alias") await store.alias(toUserId(user), toUserId(`${user}${user}`));
        if (what === "thread") {
          const thread = { ...THREAD, ts: `${user}.000100` };
          await store.update(id, (c) => ({ ...c, thread: c.thread ?? thread }));
        }
        const [one, other] = await Promise.all(stores.map(viewOf));
        expect(one).toEqual(other);
      }
    },
    { runs: 15 },
  );

  it("are stored whole or not at all when a part cannot be stored", async () => {
    const { url, stores } = await openTwo();
    const [store] = stores;
    await query(url, "ALTER TABLE customers ADD CHECK (external_id <> 'customer-1')");
    const refused = { ...conversationOf("1"), thread: THREAD, user: { externalId: "customer-1" } };

    const results = await Promise.allSettled([
      store.create(refused),
      store.create({ ...conversationOf("2"), user: { externalId: "customer-2" } }),
    ]);

    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(await store.byId(refused.id)).toBeUndefined();
    expect(await store.byThread(THREAD)).toBeUndefined();
    expect(await store.userByExternalId("customer-2")).toBe("2");
    await expect(
      store.update(idOf("2"), (c) => ({ ...c, user: { externalId: "customer-1" } })),
    ).rejects.toThrow(StorageError);
    expect(await store.byId(idOf("2"))).toMatchObject({ user: { externalId: "customer-2" } });
  });

  it("write nothing for a change that changes nothing", async () => {
    const { url, stores } = await openTwo();
    const [store] = stores;
    const { id } = conversationOf("1");
    await store.create(conversationOf("1"));
    expect(await store.update(id, (c) => c)).toMatchObject({ id });
    expect(await query(url, "SELECT version::int FROM conversations")).toEqual([{ version: 1 }]);
  });

  it("name one that this version does not understand to whoever asks for it, and find the others", async () => {
    const { url, stores } = await openTwo();
    const [store] = stores;
    for (const user of ["1", "2"]) await store.create(conversationOf(user));
    await query(
      url,
      `UPDATE conversations SET body = replace(body, '"open"', '"asleep"') WHERE id = $1`,
      [idOf("1")],
    );

    const problem = `conversation/${idOf("1")}: state is not understood`;
    await expect(store.byUser(toUserId("1"))).rejects.toThrow(problem);
    await expect(store.update(idOf("1"), answered)).rejects.toThrow(problem);
    expect(await store.openUnder(toUserId("1"))).toBeUndefined();
    expect((await store.byUser(toUserId("2")))?.id).toBe(idOf("2"));
    expect((await store.open()).map(({ id }) => id)).toEqual([idOf("2")]);
  });

  it("tell whose Users wait where nothing that messages need is held up", async () => {
    const database = await openReplica(await createTables());
    const asked: string[] = [];
    const main: Questions = {
      ...database,
      async read(sql, ...values) {
        asked.push(sql);
        return await database.read(sql, ...values);
      },
    };
    const store = openPostgresConversations(main, database.side);
    await store.create(conversationOf("1"));

    expect((await store.waiting()).map(({ id }) => id)).toEqual([idOf("1")]);

    expect(asked).toEqual([]);
  });

  it("store nothing in the name of a session that has ended", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    const store = openPostgresConversations(database);
    await store.create(conversationOf("1"));
    const session = database.session();
    await endSessions(url, "main");
    const late = database.inNameOf(session, () => store.update(idOf("1"), answered));
    await expect(late).rejects.toThrow(StorageError);
    const now = () => store.byId(idOf("1")).catch(() => undefined);
    await expect.poll(now, PATIENCE).toMatchObject({ agentMessages: 0 });
  });
});

let opened: ReturnType<typeof openTwo> | undefined;

const refusal = (error: unknown) => expect(error).toBeInstanceOf(OvertakenError);

/** What can be found out about the Users 1, 2 and 3. */
async function viewOf(store: Conversations): Promise<unknown> {
  const users = ["1", "2", "3", "11", "22", "33"].map((each) => toUserId(each));
  return await Promise.all([
    store.open(),
    store.countOpen(),
    store.hasUnrooted(),
    ...users.flatMap((user) => [
      store.byUser(user),
      store.openUnder(user),
      store.currentId(user),
      store.byThread({ ...THREAD, ts: `${user}.000100` }),
    ]),
  ]);
}
