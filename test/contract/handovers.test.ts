import { expirePostgres } from "../../src/state/postgres/expire-postgres.ts";
import { openPostgresConversations } from "../../src/state/postgres/postgres-conversations.ts";
import { openPostgresHandovers } from "../../src/state/postgres/postgres-handovers.ts";
import { openConversationStore } from "../../src/state/sqlite/conversation-store.ts";
import { expire } from "../../src/state/sqlite/expire.ts";
import { openSqliteHandovers } from "../../src/state/sqlite/sqlite-handovers.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createTables, describePostgres, query } from "../support/postgres.ts";
import { makeStateFile } from "../support/state-file.ts";
import { describeHandovers } from "./handovers-suite.ts";

const DAYS = { records: 90, audit: 365, retries: 3 };
const daysFromNow = (days: number): number => Date.now() + days * 86_400_000;

describeHandovers("handovers on SQLite", async () => {
  const file = await makeStateFile();
  const database = await file.open();
  const handovers = openSqliteHandovers(database);
  return {
    handovers,
    beside: () => Promise.resolve(handovers),
    conversations: await openConversationStore(database),
    reopen: async () => openSqliteHandovers(await file.open()),
    run: (sql) => database.write(sql),
    tidyUp: (days, records = 90) => expire(database, daysFromNow(days), { ...DAYS, records }),
  };
});

describePostgres("PostgreSQL", () => {
  describeHandovers("handovers on PostgreSQL", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    return {
      handovers: openPostgresHandovers(database),
      conversations: openPostgresConversations(database),
      beside: async () => openPostgresHandovers(await openReplica(url)),
      async reopen() {
        await database.close();
        return openPostgresHandovers(await openReplica(url));
      },
      run: (sql) => query(url, sql),
      tidyUp: (days, records = 90) =>
        expirePostgres(database.side, daysFromNow(days), { ...DAYS, records }),
    };
  });
});
