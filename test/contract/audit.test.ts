import { toUserId } from "../../src/ids.ts";
import { expirePostgres } from "../../src/state/postgres/expire-postgres.ts";
import { openPostgresAudit } from "../../src/state/postgres/postgres-audit.ts";
import { openPostgresConversations } from "../../src/state/postgres/postgres-conversations.ts";
import { expire } from "../../src/state/sqlite/expire.ts";
import { openSqliteAudit } from "../../src/state/sqlite/sqlite-audit.ts";
import { openUserAliases } from "../../src/state/sqlite/user-aliases.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createDatabase, describePostgres, query } from "../support/postgres.ts";
import { makeStateFile } from "../support/state-file.ts";
import { describeAudit } from "./audit-suite.ts";

const DAYS = { records: 90, audit: 365 };
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
    const url = await createDatabase();
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
