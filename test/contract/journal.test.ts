import { describe, expect, it } from "vitest";
import type { Journal } from "../../src/delivery/journal.ts";
import { StorageError } from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { openPostgresJournal } from "../../src/state/postgres/postgres-journal.ts";
import { shareOf } from "../../src/state/postgres/shares.ts";
import type { Database } from "../../src/state/sqlite/database.ts";
import { openSqliteJournal } from "../../src/state/sqlite/sqlite-journal.ts";
import { createMemoryTable, openMemoryJournal } from "../bridge/support/memory-journal.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createTables, describePostgres } from "../support/postgres.ts";
import { makeStateFile } from "../support/state-file.ts";
import { appendItems, describeJournal, row, rows, waitingIn } from "./journal-suite.ts";

async function openForTest(): Promise<{
  journal: Journal;
  database: Database;
  reopen: () => Promise<Journal>;
}> {
  const file = await makeStateFile();
  const database = await file.open();
  const reopen = async () => openSqliteJournal(await file.open(), "outbox");
  return { journal: openSqliteJournal(database, "outbox"), database, reopen };
}

describeJournal("the journal on SQLite", openForTest);

describePostgres("PostgreSQL", () => {
  describeJournal("the journal on PostgreSQL", async () => {
    const url = await createTables();
    const reopen = async () =>
      openPostgresJournal(await openReplica(url), "outbox", { shareOf, heldBy: () => null });
    return { journal: await reopen(), reopen };
  });
});

describeJournal("the journal in memory, on which tests run", () => {
  const table = createMemoryTable();
  const reopen = () => Promise.resolve(openMemoryJournal(table));
  return Promise.resolve({ journal: openMemoryJournal(table), reopen });
});

describe("the file of the journal on SQLite", () => {
  it("drops what people wrote as soon as an item is done or discarded", async () => {
    const { journal, database } = await openForTest();
    const [one = 0, two, three] = await appendItems(journal, 1, 2, 3);
    const progress = '"1700000000.000100"';
    await journal.saveProgress({ seq: one, body: undefined, progress, begun: true });
    await journal.done([one]);
    await journal.dead(rows(two), { code: "payload", message: "unreadable" });
    await journal.discard(toItemId("item-2"));
    expect(await database.read("SELECT seq, body, progress FROM outbox ORDER BY seq")).toEqual([
      { seq: one, body: null, progress: null },
      { seq: two, body: null, progress: null },
      { seq: three, body: '{"n":3}', progress: null },
    ]);
  });

  it("lists a dead letter whose reason is damaged, and the others", async () => {
    const { journal, database } = await openForTest();
    await journal.dead(rows(...(await appendItems(journal, 1, 2))), {
      code: "network",
      message: "refused",
    });
    await database.write("UPDATE outbox SET error = '{' WHERE seq = 1");
    const letters = await journal.deadLetters();
    expect(letters.map(({ id, reason }) => [id, reason.code])).toEqual([
      ["item-1", "unreadable"],
      ["item-2", "network"],
    ]);
  });

  it("keeps two queues of one file apart", async () => {
    const { journal, database } = await openForTest();
    const inbox = openSqliteJournal(database, "inbox");
    await appendItems(journal, 1);
    await inbox.done(await appendItems(inbox, 1));
    expect(await waitingIn(journal)).toEqual([1]);
    expect(await waitingIn(inbox)).toEqual([]);
  });

  it("rejects with a storage error when the file refuses", async () => {
    const { journal, database } = await openForTest();
    await database.read("DROP TABLE outbox");
    await expect(journal.append(row(2))).rejects.toThrow(StorageError);
    await expect(journal.head("user-1", 1)).rejects.toThrow(StorageError);
    await expect(journal.done([1])).rejects.toThrow(StorageError);
  });
});
