import { expect, it } from "vitest";
import { end } from "../../src/bridge/conversation.ts";
import { makeHandoverId, toItemId, toUserId } from "../../src/ids.ts";
import { openConversationStore } from "../../src/state/sqlite/conversation-store.ts";
import type { Database } from "../../src/state/sqlite/database.ts";
import { expire } from "../../src/state/sqlite/expire.ts";
import { openSqliteAudit } from "../../src/state/sqlite/sqlite-audit.ts";
import { openSqliteHandovers } from "../../src/state/sqlite/sqlite-handovers.ts";
import { openSqliteJournal } from "../../src/state/sqlite/sqlite-journal.ts";
import type { SqlValue } from "../../src/state/sqlite/sqlite-operation.ts";
import { makeStateFile } from "../support/state-file.ts";
import { conversationOf, THREAD } from "./conversations-suite.ts";
import { row, rows } from "./journal-suite.ts";

/** The same database; `scans` are the statements for which SQLite would read a table from end to end. */
function watchPlans(database: Database): Database & { readonly scans: string[] } {
  const scans: string[] = [];
  async function look(sql: string, values: readonly SqlValue[]): Promise<void> {
    if (!/^\s*(SELECT|INSERT|UPDATE|DELETE)/i.test(sql)) return;
    const plan = await database.read<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values);
    // A scan of an index reads what is in it, which is few: what waits, what is open.
    if (plan.some(({ detail }) => /^SCAN "?\w+"?$/.test(detail))) scans.push(sql);
  }
  return {
    ...database,
    scans,
    async read(sql, ...values) {
      await look(sql, values);
      return await database.read(sql, ...values);
    },
    async write(sql, ...values) {
      await look(sql, values);
      return await database.write(sql, ...values);
    },
    async writeAll(statements) {
      for (const { sql, values } of statements) await look(sql, values);
      return await database.writeAll(statements);
    },
  };
}

it("reads no table from end to end while it runs, however much is kept", async () => {
  const file = await makeStateFile();
  const database = watchPlans(await file.open());
  const journal = openSqliteJournal(database, "inbox");
  for (const seq of [1, 2, 3, 4]) await journal.append(row(seq));
  await journal.head("lane", 9);
  await journal.waiting([toItemId("item-1")]);
  await journal.append({ ...row(5), sort: "1" });
  await journal.pendingLanes([0]);
  await journal.saveProgress({ seq: 1, body: undefined, progress: "1", begun: true });
  await journal.replace(toItemId("item-2"), "{}");
  await journal.hasBegun(toItemId("item-1"));
  await journal.defer(1, { attempts: 1, triedMs: 1, dueAt: 1, pauseMs: 1 });
  await journal.cancel(toItemId("item-2"), 1);
  await journal.done([1]);
  await journal.dead(rows(3, 4), { code: "network", message: "refused" });
  await journal.owedNotices([0]);
  await journal.noticeGiven(3);
  await journal.find(toItemId("item-3"));
  await journal.requeue(toItemId("item-3"), 1);
  await journal.discard(toItemId("item-4"));
  await journal.deadLetters();
  await journal.backlog();
  const store = await openConversationStore(database);
  const conversation = conversationOf("1");
  await store.create({ ...conversation, user: { externalId: "customer" } });
  await store.update(conversation.id, (c) => ({ ...c, thread: THREAD, userId: toUserId("2") }));
  await store.alias(toUserId("1"), toUserId("2"));
  await store.update(conversation.id, (c) => end(c, "handed-back", { at: 1 }));
  await store.byUser(toUserId("1"));
  await store.byThread(THREAD);
  await store.userByExternalId("customer");
  const audit = openSqliteAudit(database);
  await audit.add({ id: toItemId("a"), at: 1, what: "move", result: "begun" });
  await audit.add({ id: toItemId("a"), at: 1, what: "move", result: "done" });
  for (const query of [{}, { userId: toUserId("2") }, { by: "U0ANNA" }]) {
    for await (const page of audit.pages({ since: 1, until: 9, ...query }))
      expect(page).toBeDefined();
  }
  const handovers = openSqliteHandovers(database);
  const handover = { id: makeHandoverId("{}"), userId: toUserId("2"), at: 1 };
  await handovers.add(handover);
  await handovers.addAnew(handover);
  await handovers.byId(handover.id);
  await handovers.belongsTo(handover.id, conversation.id);
  await handovers.failed(handover.id, "storage");
  await expire(database, Date.now(), { records: 90, audit: 365, retries: 3 });

  expect(database.scans).toEqual([]);
});
