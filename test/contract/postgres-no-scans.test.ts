import { expect, it } from "vitest";
import { z } from "zod";
import { end } from "../../src/bridge/conversation.ts";
import { makeHandoverId, toItemId, toUserId } from "../../src/ids.ts";
import { expirePostgres } from "../../src/state/postgres/expire-postgres.ts";
import type { PostgresDatabase, Questions } from "../../src/state/postgres/open-postgres.ts";
import { openPostgresAudit } from "../../src/state/postgres/postgres-audit.ts";
import { openPostgresConversations } from "../../src/state/postgres/postgres-conversations.ts";
import { openPostgresHandovers } from "../../src/state/postgres/postgres-handovers.ts";
import { openPostgresJournal } from "../../src/state/postgres/postgres-journal.ts";
import { openPostgresValues } from "../../src/state/postgres/postgres-values.ts";
import { SHARES, shareOf } from "../../src/state/postgres/shares.ts";
import type { SqlValue } from "../../src/state/postgres/sql-value.ts";
import { QUEUES } from "../../src/state/queues.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createTables, describePostgres, query } from "../support/postgres.ts";
import { conversationOf, THREAD } from "./conversations-suite.ts";
import { row } from "./journal-suite.ts";

const ended = (table: string) => `
  INSERT INTO ${table} (id, lane, share, barrier, sort, state, appended_at, ended_at)
    SELECT 'old-' || n, 'user/' || n % 5000, n % 64, n, '', 'done', n, n * 60000 FROM generate_series(1, 20000) AS n;`;

/** A database as it is after some weeks: nearly all of it has ended, and little of that may go by now. */
const FILLED = `
  ${QUEUES.map(ended).join("")}
  INSERT INTO conversations (id, version, user_id, is_open, has_thread, ended_at, body)
    SELECT 'c_' || n, 1, 'user-' || n, false, true, n * 60000, '{}' FROM generate_series(1, 20000) AS n;
  INSERT INTO threads SELECT 'T1/C1/' || n, 'c_' || n FROM generate_series(1, 20000) AS n;
  INSERT INTO customers SELECT 'customer-' || n, 'user-' || n FROM generate_series(1, 20000) AS n;
  INSERT INTO aliases SELECT 'old-' || n, 'user-' || n, (n - 16 * 24 * 60) * 60000 FROM generate_series(1, 20000) AS n;
  INSERT INTO audit (id, at, what, agent, user_id, result)
    SELECT 'a' || n, n * 60000, 'move', 'U' || n % 50, 'user-' || n, 'done' FROM generate_series(1, 20000) AS n;
  INSERT INTO handovers (id, user_id, conversation, at)
    SELECT 'h_' || n, 'user-' || n, 'c_' || n, n * 60000 FROM generate_series(1, 20000) AS n;
  INSERT INTO remembered SELECT n, '{}' FROM generate_series(1, 20000) AS n;
  ANALYZE`;

/** Those of what is few: what waits, what is open, dead letters and held items. */
const SMALL = /^(inbox_(waiting|kept|owed)|conversations_open)$/;

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Index Cond"?: string;
  readonly Plans?: readonly Plan[];
}

/** What of a plan reads a table or an index from end to end. */
function scansIn(plan: Plan): string[] {
  const { "Node Type": kind, "Relation Name": table, "Index Name": index } = plan;
  const isWhole =
    kind === "Seq Scan" || (index !== undefined && !plan["Index Cond"] && !SMALL.test(index));
  return [
    ...(isWhole ? [`${kind} ${index ?? table}`] : []),
    ...(plan.Plans ?? []).flatMap(scansIn),
  ];
}

/** The database, and the scans that it would have made for the statements that it has been asked. */
function watchPlans(database: PostgresDatabase) {
  const scans: [scan: string, sql: string][] = [];
  let asked = 0;
  async function look(sql: string, values: readonly SqlValue[]): Promise<void> {
    const explain = `EXPLAIN (FORMAT JSON) ${sql}`;
    const [found] = await database.read<{ "QUERY PLAN": [{ Plan: Plan }] }>(explain, ...values);
    if (found)
      scans.push(
        ...scansIn(found["QUERY PLAN"][0].Plan).map((scan) => [scan, sql] as [string, string]),
      );
    asked += 1;
  }
  const watched: Questions & Pick<PostgresDatabase, "channel"> = {
    channel: database.channel,
    async read(sql, ...values) {
      await look(sql, values);
      return await database.read(sql, ...values);
    },
    async write(statement) {
      await look(statement.sql, statement.values);
      return await database.write(statement);
    },
  };
  return { watched, scans, asked: () => asked };
}

describePostgres("a database that has much", () => {
  it("is read through indexes while the bridge runs, however much is kept", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    await query(url, FILLED);
    const { watched, scans, asked } = watchPlans(database);
    const all = Array.from({ length: SHARES }, (_, share) => share);
    const journal = openPostgresJournal(watched, "inbox", { shareOf, heldBy: () => null });
    for (const n of [1, 2, 3, 4]) await journal.append(row(n, n % 2 ? { sort: "a" } : {}));
    await journal.append(row(5, { held: true }));
    const seqs = (await journal.head("user-1", 9)).map(({ seq }) => seq);
    const [first = 0, , third = 0, fourth = 0] = seqs;
    await journal.waiting([toItemId("item-1")]);
    await journal.pendingLanes(all);
    const change = { seq: first, body: undefined, progress: "1", begun: true };
    expect(await journal.saveProgress(change)).toBe(true);
    await journal.replace(toItemId("item-2"), "{}");
    await journal.hasBegun(toItemId("item-1"));
    await journal.defer(first, { attempts: 1, triedMs: 1, dueAt: 1, pauseMs: 1 });
    await journal.cancel(toItemId("item-2"), 1);
    await journal.done([first]);
    const dying = [{ seq: third, notice: '"x"' }, { seq: fourth }];
    await journal.dead(dying, { code: "network", message: "refused" });
    await journal.owedNotices(all);
    await journal.noticeGiven(third);
    await journal.find(toItemId("item-3"));
    await journal.requeue(toItemId("item-3"), 1);
    await journal.discard(toItemId("item-4"));
    await journal.deadLetters();
    await journal.backlog();
    const store = openPostgresConversations(watched);
    const conversation = conversationOf("1");
    await store.create({ ...conversation, user: { externalId: "customer" } });
    await store.update(conversation.id, (c) => ({ ...c, thread: THREAD, userId: toUserId("2") }));
    await store.alias(toUserId("1"), toUserId("2"));
    await store.open();
    await store.countOpen();
    await store.waiting();
    await store.hasUnrooted();
    await store.openUnder(toUserId("2"));
    await store.update(conversation.id, (c) => end(c, "handed-back", { at: 1 }));
    await store.byUser(toUserId("1"));
    await store.byThread(THREAD);
    await store.currentId(toUserId("1"));
    await store.userByExternalId("customer");
    const values = openPostgresValues(watched, z.string());
    await values.set("name", "value");
    await values.get("name");
    await values.delete("name");
    const audit = openPostgresAudit(watched);
    await audit.add({ id: toItemId("a"), at: 1, what: "move", result: "begun" });
    await audit.add({ id: toItemId("a"), at: 1, what: "move", result: "done" });
    for (const query of [{}, { userId: toUserId("2") }, { by: "U0ANNA" }]) {
      for await (const page of audit.pages({ since: 1, until: 9, ...query }))
        expect(page).toBeDefined();
    }
    const handovers = openPostgresHandovers(watched);
    const handover = { id: makeHandoverId("{}"), userId: toUserId("2"), at: 1 };
    await handovers.add(handover);
    await handovers.addAnew(handover);
    await handovers.byId(handover.id);
    await handovers.belongsTo(handover.id, conversation.id);
    await handovers.failed(handover.id, "storage");
    await expirePostgres(watched, 14 * 86_400_000 + 50 * 60_000, {
      records: 14,
      audit: 14,
      retries: 0,
    });

    expect(scans).toEqual([]);
    expect(asked()).toBeGreaterThan(45);
  });
});
