import { expect, it, onTestFinished, vi } from "vitest";
import { end } from "../../src/bridge/conversation.ts";
import { toItemId, toUserId } from "../../src/ids.ts";
import { expirePostgres } from "../../src/state/postgres/expire-postgres.ts";
import { openPostgresConversations } from "../../src/state/postgres/postgres-conversations.ts";
import { openPostgresJournal } from "../../src/state/postgres/postgres-journal.ts";
import { shareOf } from "../../src/state/postgres/shares.ts";
import { openReplica } from "../support/open-postgres.ts";
import {
  createTables,
  describePostgres,
  inSession,
  query,
  waitingForLocks,
} from "../support/postgres.ts";
import { conversationOf, idOf, THREAD } from "./conversations-suite.ts";
import { row, rows } from "./journal-suite.ts";

const PATIENCE = { timeout: 10_000, interval: 20 };
const DAY_MS = 86_400_000;

async function openForTest() {
  const url = await createTables();
  const database = await openReplica(url);
  const store = openPostgresConversations(database);
  const journal = openPostgresJournal(database, "inbox", { shareOf, heldBy: () => null });
  return {
    url,
    store,
    journal,
    /** Does what the bridge does every hour, `days` from now. */
    tidyUp: (days: number) =>
      expirePostgres(database.side, Date.now() + days * DAY_MS, {
        records: 90,
        audit: 365,
        retries: 3,
      }),
    idsIn: async (table: string, column = "id") => {
      const found = await query<{ id: string }>(url, `SELECT ${column} AS id FROM ${table}`);
      return found.map(({ id }) => id).toSorted();
    },
  };
}

describePostgres("expiry on PostgreSQL", () => {
  it("goes by the server's clock, whatever that of the machine says on which something ended", async () => {
    const { journal, tidyUp, idsIn } = await openForTest();
    for (const n of [1, 2]) await journal.append(row(n, { appendedAt: Date.now() }));
    const [first, second] = await journal.head("user-1", 2);
    vi.useFakeTimers({ toFake: ["Date"], now: 0 });
    onTestFinished(() => void vi.useRealTimers());
    await journal.done([first?.seq ?? 0]);
    await journal.dead(rows(second?.seq), { code: "network", message: "refused" });
    vi.useRealTimers();
    await tidyUp(0);
    expect(await idsIn("inbox")).toEqual(["item-1", "item-2"]);
  });

  it("keeps keys for two weeks, dead letters and held items as long as conversations, and what waits for ever", async () => {
    const { journal, tidyUp, idsIn } = await openForTest();
    for (const n of [1, 2, 3]) await journal.append(row(n, { appendedAt: Date.now() }));
    await journal.append(row(4, { held: true, appendedAt: Date.now() }));
    const [first, second] = await journal.head("user-1", 2);
    await journal.done([first?.seq ?? 0]);
    await journal.dead(rows(second?.seq), { code: "network", message: "refused" });

    await tidyUp(13);
    expect(await idsIn("inbox")).toEqual(["item-1", "item-2", "item-3", "item-4"]);
    await tidyUp(15);
    expect(await idsIn("inbox")).toEqual(["item-2", "item-3", "item-4"]);
    await tidyUp(89);
    expect(await idsIn("inbox")).toEqual(["item-2", "item-3", "item-4"]);
    await tidyUp(91);
    expect(await idsIn("inbox")).toEqual(["item-3"]);
    await tidyUp(900);
    expect(await idsIn("inbox")).toEqual(["item-3"]);
  });

  it("deletes however much there is", async () => {
    const { url, tidyUp, idsIn } = await openForTest();
    await query(
      url,
      `INSERT INTO inbox (id, lane, share, barrier, sort, state, appended_at, ended_at)
         SELECT n, '', 0, 0, '', 'done', 1, 1 FROM generate_series(1, 1200) AS n;
       INSERT INTO conversations (id, version, user_id, is_open, has_thread, ended_at, body)
         SELECT n, 1, n, false, true, 1, '{}' FROM generate_series(1, 250) AS n;
       INSERT INTO threads SELECT n, n FROM generate_series(1, 250) AS n`,
    );
    await tidyUp(0);
    expect(await idsIn("inbox")).toEqual([]);
    expect(await idsIn("conversations")).toEqual([]);
    expect(await idsIn("threads", "thread")).toEqual([]);
  });

  it("forgets everything that led to a conversation together with it", async () => {
    const { store, tidyUp, idsIn } = await openForTest();
    for (const user of ["1", "2"]) {
      const thread = { ...THREAD, ts: `${user}.000100` };
      await store.create({ ...conversationOf(user), thread, user: { externalId: user } });
    }
    await store.update(idOf("1"), (c) => ({ ...c, userId: toUserId("merged") }));
    await store.update(idOf("1"), (c) => end(c, "handed-back", { at: 2_000 }));

    await tidyUp(100);

    expect(await idsIn("conversations")).toEqual([idOf("2")]);
    expect(await idsIn("threads", "conversation")).toEqual([idOf("2")]);
    expect(await idsIn("customers", "external_id")).toEqual(["2"]);
  });

  it("keeps a customer id as long as anything of its User is kept", async () => {
    const { store, tidyUp } = await openForTest();
    const first = { ...conversationOf("1", "first"), user: { externalId: "customer" } };
    await store.create(first);
    await store.update(first.id, (c) => end(c, "handed-back", { at: 2_000 }));
    await store.create(conversationOf("1", "second", 3_000));
    await tidyUp(100);
    expect(await store.byId(first.id)).toBeUndefined();
    expect(await store.userByExternalId("customer")).toBe("1");
  });

  it("forgets as whom a User lives on once nothing of that one is kept", async () => {
    const { store, tidyUp } = await openForTest();
    await store.create(conversationOf("2"));
    await store.alias(toUserId("1"), toUserId("2"));
    await store.alias(toUserId("3"), toUserId("4"));
    // Merged twice: what is kept of the first is found under the last one's ids.
    await store.create(conversationOf("5"));
    await store.alias(toUserId("5"), toUserId("6"));
    await store.alias(toUserId("6"), toUserId("7"));
    await store.create(conversationOf("7"));
    await tidyUp(29);
    expect(await store.currentId(toUserId("3"))).toBe("4");
    await tidyUp(31);
    expect(await store.currentId(toUserId("1"))).toBe("2");
    expect(await store.currentId(toUserId("3"))).toBe("3");
    expect(await store.currentId(toUserId("5"))).toBe("7");
  });

  it("does not delete a dead letter that somebody requeues at this moment", async () => {
    const { url, journal, tidyUp } = await openForTest();
    await journal.append(row(1));
    const [head] = await journal.head("user-1", 1);
    await journal.dead(rows(head?.seq), { code: "network", message: "refused" });
    await inSession(url, async (client) => {
      await client.query("BEGIN");
      await client.query("UPDATE inbox SET state = 'waiting', ended_at = NULL");
      const tidying = tidyUp(100);
      await expect.poll(() => waitingForLocks(url, "transactionid"), PATIENCE).toBe(1);
      await client.query("COMMIT");
      await tidying;
    });
    expect(await journal.find(toItemId("item-1"))).toMatchObject({ state: "waiting" });
  });
});
