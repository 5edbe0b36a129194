import { z } from "zod";
import { openPostgresValues } from "../../src/state/postgres/postgres-values.ts";
import { openKeyValues } from "../../src/state/sqlite/key-values.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createTables, describePostgres, query } from "../support/postgres.ts";
import { makeStateFile } from "../support/state-file.ts";
import { describeKeyValues } from "./key-values-suite.ts";

describeKeyValues("values under keys on SQLite", async () => {
  const file = await makeStateFile();
  const database = await file.open();
  return {
    open: (schema) => openKeyValues(database, "remembered", schema),
    reopen: async () => openKeyValues(await file.open(), "remembered", z.unknown()),
    run: (sql) => database.write(sql),
  };
});

describePostgres("PostgreSQL", () => {
  describeKeyValues("values under keys on PostgreSQL", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    return {
      open: (schema) => openPostgresValues(database, schema),
      async reopen() {
        await database.close();
        return openPostgresValues(await openReplica(url), z.unknown());
      },
      run: (sql) => query(url, sql),
    };
  });
});
