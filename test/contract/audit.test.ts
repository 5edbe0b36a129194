import { expect, it } from "vitest";
import { toItemId, toUserId } from "../../src/ids.ts";
import { expirePostgres } from "../../src/state/postgres/expire-postgres.ts";
import { openPostgresAudit } from "../../src/state/postgres/postgres-audit.ts";
import { openPostgresConversations } from "../../src/state/postgres/postgres-conversations.ts";
import { backUpState } from "../../src/state/sqlite/back-up-state.ts";
import { expire } from "../../src/state/sqlite/expire.ts";
import { restoreState } from "../../src/state/sqlite/restore-state.ts";
import { openSqliteAudit } from "../../src/state/sqlite/sqlite-audit.ts";
import { openUserAliases } from "../../src/state/sqlite/user-aliases.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createTables, describePostgres, query } from "../support/postgres.ts";
import { makeStateFile } from "../support/state-file.ts";
import { describeAudit } from "./audit-suite.ts";

const DAYS = { records: 90, audit: 365, retries: 3 };
const daysFromNow = (days: number): number => Date.now() + days * 86_400_000;

describeAudit("records of deeds on SQLite", async () => {
  const file = await makeStateFile();
  const database = await file.open();
  const aliases = await openUserAliases(database);
  return {
    audit: openSqliteAudit(database),
    reopen: async () => openSqliteAudit(await file.open()),
    run: (sql) => database.write(sql),
    alias: (from, to) => aliases.add(toUserId(from), toUserId(to)),
    tidyUp: (days) => expire(database, daysFromNow(days), DAYS),
  };
});

describePostgres("PostgreSQL", () => {
  describeAudit("records of deeds on PostgreSQL", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    const conversations = openPostgresConversations(database);
    return {
      audit: openPostgresAudit(database, database.side),
      async reopen() {
        await database.close();
        return openPostgresAudit(await openReplica(url));
      },
      run: (sql) => query(url, sql),
      alias: (from, to) => conversations.alias(toUserId(from), toUserId(to)),
      tidyUp: (days) => expirePostgres(database.side, daysFromNow(days), DAYS),
    };
  });
});

it("records of deeds are in a backup, and there again once it is restored", async () => {
  const file = await makeStateFile();
  const record = { id: toItemId("d_1"), at: 1, what: "move", result: "done" } as const;
  await openSqliteAudit(await file.open()).add(record);
  const backup = `${file.path}.backup`;
  const { signal } = new AbortController();
  await backUpState(file.path, backup, { overwrite: false, signal });
  await (await file.open()).write("DELETE FROM audit");
  await (await file.open()).close();

  await restoreState(file.path, backup, { signal, now: () => new Date(0) });

  expect(await openSqliteAudit(await file.open()).add(record)).toBe(false);
});
