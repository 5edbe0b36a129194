import { Client } from "pg";
import { readStateLocation } from "../../src/config/read-config.ts";
import { openDatabase } from "../../src/state/sqlite/database.ts";
import type { World } from "./world.ts";

type Value = string | number | null;

/** A connection of the test's own to the state, for what no request can do to it. Tables and columns are the same in all engines. */
export interface StateSql {
  /** Each `?` is the next value. */
  ask<Row>(sql: string, ...values: readonly Value[]): Promise<Row[]>;
  /** Until the returned function is called nothing can be appended to the inbox. */
  fillUp(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export async function openStateSql({ env }: Pick<World, "env">): Promise<StateSql> {
  const location = readStateLocation(env);
  return location.engine === "sqlite"
    ? await openSqlite(location.path)
    : await openPostgres(location.url.reveal());
}

async function openSqlite(path: string): Promise<StateSql> {
  const { write, close } = await openDatabase(path, { access: "share" });
  return {
    ask: write,
    async fillUp() {
      await write(
        "CREATE TRIGGER full BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'disk full'); END",
      );
      return async () => {
        await write("DROP TRIGGER full");
      };
    },
    close,
  };
}

async function openPostgres(connectionString: string): Promise<StateSql> {
  const client = new Client({ connectionString });
  await client.connect();
  return {
    async ask<Row>(sql: string, ...values: readonly Value[]) {
      let number = 0;
      const { rows } = await client.query(
        sql.replaceAll("?", () => `$${++number}`),
        [...values],
      );
      return rows as Row[];
    },
    async fillUp() {
      await client.query(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END $$`);
      await client.query(
        "CREATE TRIGGER full_disk BEFORE INSERT ON inbox EXECUTE FUNCTION full_disk()",
      );
      return async () => {
        await client.query("DROP FUNCTION full_disk CASCADE");
      };
    },
    close: () => client.end(),
  };
}

/** Changes the bodies of what waits in a queue. */
export async function rewriteWaiting(
  { ask }: StateSql,
  queue: "inbox" | "outbox",
  change: (body: Record<string, unknown>) => object,
): Promise<void> {
  const rows = await ask<{ id: string; body: string }>(
    `SELECT id, body FROM ${queue} WHERE state = 'waiting'`,
  );
  for (const { id, body } of rows) {
    const changed = change(JSON.parse(body) as Record<string, unknown>);
    await ask(`UPDATE ${queue} SET body = ? WHERE id = ?`, JSON.stringify(changed), id);
  }
}
