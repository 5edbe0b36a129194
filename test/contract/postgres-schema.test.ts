import { expect, it } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { ConfigError, StorageError } from "../../src/errors.ts";
import { connect } from "../../src/state/postgres/connect.ts";
import { migrateSchema } from "../../src/state/postgres/migrate-schema.ts";
import { MIGRATIONS } from "../../src/state/postgres/migrations.ts";
import { namesIn } from "../../src/state/postgres/names-in.ts";
import { openPostgres } from "../../src/state/postgres/open-postgres.ts";
import { openPostgresJournal } from "../../src/state/postgres/postgres-journal.ts";
import { readPostgresUrl } from "../../src/state/postgres/postgres-url.ts";
import { shareOf } from "../../src/state/postgres/shares.ts";
import { captureLog } from "../support/captured-log.ts";
import { startCutProxy } from "../support/cut-proxy.ts";
import { openReplica } from "../support/open-postgres.ts";
import {
  createDatabase,
  describePostgres,
  inSession,
  query,
  waitingForLocks,
} from "../support/postgres.ts";
import { row } from "./journal-suite.ts";

const versionIn = (url: string) => query(url, "SELECT version, oldest FROM bridge_schema");

const tablesIn = async (url: string, schema = "public") =>
  (
    await query<{ name: string }>(
      url,
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 ORDER BY 1",
      [schema],
    )
  ).map(({ name }) => name);

/** How many sessions hold a transaction open in which nothing happens. */
const waitingForClients = async (url: string) =>
  (
    await query(
      url,
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'",
    )
  ).length;

/** Migrates to these versions, as a later program would. */
async function migrate(url: string, migrations: typeof MIGRATIONS): Promise<void> {
  const connection = await connect(readPostgresUrl(url), "check");
  try {
    await migrateSchema(connection, namesIn("public"), migrations);
  } finally {
    connection.destroy();
  }
}

/** As an administrator does, for each session that follows. */
async function setForAll(url: string, setting: string): Promise<void> {
  await query(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET ${setting}`);
}

const CURRENT = MIGRATIONS.length;

describePostgres("the tables in a PostgreSQL database", () => {
  it("are made once by replicas that start together", async () => {
    const url = await createDatabase();
    const replicas = await Promise.all(Array.from({ length: 5 }, () => openReplica(url)));
    expect(await versionIn(url)).toEqual([{ version: CURRENT, oldest: 0 }]);
    await Promise.all(replicas.map((replica) => replica.probe()));
  });

  it("are made whatever an administrator has set for all sessions", async () => {
    const url = await createDatabase();
    await setForAll(url, "default_transaction_isolation = 'serializable'");
    const replicas = await Promise.all(Array.from({ length: 5 }, () => openReplica(url)));
    await Promise.all(replicas.map((replica) => replica.probe()));
  });

  it("may take longer to change than an administrator allows a statement", async () => {
    const url = await createDatabase();
    await migrate(url, MIGRATIONS);
    await setForAll(url, "statement_timeout = '200ms'");
    await migrate(url, [...MIGRATIONS, { sql: "SELECT pg_sleep(0.5)" }]);
    expect(await versionIn(url)).toEqual([{ version: CURRENT + 1, oldest: 0 }]);
  });

  it("stay as they are when another replica starts", async () => {
    const url = await createDatabase();
    const first = await openReplica(url);
    await first.write({
      sql: "INSERT INTO remembered (key, value) VALUES ('a', '1')",
      values: [],
    });
    const second = await openReplica(url);
    expect(await second.read("SELECT key, value FROM remembered")).toEqual([
      { key: "a", value: "1" },
    ]);
  });

  it("are brought up to date by a later program, beside which this one works on", async () => {
    const url = await createDatabase();
    const running = await openReplica(url);
    await migrate(url, [...MIGRATIONS, { sql: "ALTER TABLE remembered ADD COLUMN more text" }]);
    expect(await versionIn(url)).toEqual([{ version: CURRENT + 1, oldest: 0 }]);
    await running.write({
      sql: "INSERT INTO remembered (key, value) VALUES ('a', '1')",
      values: [],
    });
    const started = await openReplica(url);
    expect(await started.read("SELECT key FROM remembered")).toHaveLength(1);
    expect(await versionIn(url)).toEqual([{ version: CURRENT + 1, oldest: 0 }]);
  });

  it("refuse a program that is too old for them", async () => {
    const url = await createDatabase();
    await migrate(url, [...MIGRATIONS, { sql: "DROP TABLE rounds", oldest: CURRENT + 1 }]);
    for (const access of ["own", "share", "visit"] as const) {
      const refused = await openPostgres(url, { access }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(ConfigError);
      expect((refused as ConfigError).problems).toEqual([
        expect.stringContaining("were changed by a later version of the bridge"),
      ]);
    }
  });

  it("are changed as a whole or not at all", async () => {
    const url = await createDatabase();
    await migrate(url, MIGRATIONS);
    const before = await tablesIn(url);
    const failing = [{ sql: "CREATE TABLE further (id text); SELECT 1 / 0" }];
    await expect(migrate(url, [...MIGRATIONS, ...failing])).rejects.toThrow("division by zero");
    expect(await tablesIn(url)).toEqual(before);
    expect(await versionIn(url)).toEqual([{ version: CURRENT, oldest: 0 }]);
  });

  it("are waited for no longer than seconds while somebody who changes them is frozen", async () => {
    const url = await createDatabase();
    const running = await openReplica(url);
    const { hostname: host, port } = new URL(url);
    const proxy = await startCutProxy({ host, port: Number(port) });
    const through = new URL(url);
    through.port = String(proxy.port);
    const freezing = {
      get sql() {
        proxy.stall();
        return "SELECT 1";
      },
    };
    const frozen = migrate(through.href, [
      ...MIGRATIONS,
      { sql: "ALTER TABLE probe ADD more text" },
      freezing,
    ]).catch((error: unknown) => error);
    await expect.poll(() => waitingForClients(url)).toBe(1);

    await openReplica(url);

    await running.probe();
    expect(await versionIn(url)).toEqual([{ version: CURRENT, oldest: 0 }]);
    proxy.resume();
    expect(await frozen).toBeInstanceOf(Error);
  });

  it("are not waited for any more once the network has fallen silent", async () => {
    const url = await createDatabase();
    const { hostname: host, port } = new URL(url);
    const proxy = await startCutProxy({ host, port: Number(port) });
    const through = new URL(url);
    through.port = String(proxy.port);
    await inSession(url, async (other) => {
      await other.query("SELECT pg_advisory_lock($1)", [namesIn("public").lockKey("schema")]);
      const opening = openPostgres(through.href, { access: "own" }).catch(
        (error: unknown) => error,
      );
      await expect.poll(() => waitingForLocks(url, "advisory")).toBe(1);
      proxy.stall();
      expect(await opening).toBeInstanceOf(StorageError);
    });
    expect(await tablesIn(url)).toEqual([]);
  });

  it("may get other types beside a program that runs", async () => {
    const url = await createDatabase();
    const running = await openReplica(url);
    const journal = openPostgresJournal(running, "inbox", { shareOf, heldBy: () => null });
    await journal.append(row(1));
    expect(await journal.head("user-1", 1)).toHaveLength(1);
    await migrate(url, [...MIGRATIONS, { sql: "ALTER TABLE inbox ALTER attempts TYPE bigint" }]);
    const read = () => journal.head("user-1", 1).catch(() => []);
    await expect.poll(read, { timeout: 5_000 }).toHaveLength(1);
  });

  it("are not made by a tool that works beside the bridge, nor by a visit", async () => {
    const url = await createDatabase();
    await expect(openPostgres(url, { access: "share" })).rejects.toThrow(
      "start the bridge of this version once",
    );
    await openReplica(url, { access: "visit" });
    expect(await tablesIn(url)).toEqual([]);
    await openReplica(url);
    await openReplica(url, { access: "share" });
  });

  it("are those of the schema that the search path leads to, and bridges in two do not meet", async () => {
    const url = await createDatabase();
    await query(url, "CREATE SCHEMA one");
    await query(url, "CREATE SCHEMA other");
    const [one, other] = await Promise.all(
      ["one", "other"].map((schema) => openReplica(`${url}?options=-csearch_path%3D${schema}`)),
    );
    expect(await tablesIn(url)).toEqual([]);
    expect(await tablesIn(url, "one")).toEqual(await tablesIn(url, "other"));
    expect(one?.lockClass("share")).not.toBe(other?.lockClass("share"));
    expect(one?.channel("lanes")).not.toBe(other?.channel("lanes"));
    await query(url, "SELECT 1 FROM one.inbox, other.inbox");
  });

  it("compare the texts that are looked for by their bytes", async () => {
    const url = await createDatabase();
    await openReplica(url);
    const others = await query(
      url,
      `SELECT indexrelid::regclass::text AS index, attname AS column
       FROM pg_index JOIN pg_class ON pg_class.oid = indrelid JOIN pg_attribute ON attrelid = indexrelid
         JOIN pg_collation ON pg_collation.oid = attcollation
       WHERE relnamespace = 'public'::regnamespace AND collname <> 'C'`,
    );
    expect(others).toEqual([]);
  });

  it("stop a program that runs while they are changed so that it is too old for them", async () => {
    const url = await createDatabase();
    const alarms = createAlarms(captureLog());
    const running = await openReplica(url, { alarms });
    await migrate(url, [...MIGRATIONS, { sql: "SELECT 1", oldest: CURRENT + 1 }]);
    await expect.poll(() => alarms.current()).toHaveLength(1);
    expect(alarms.current()[0]?.advice).toContain("were changed by a later version of the bridge");
    const error = await running.probe().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageError);
    expect((error as StorageError).canPass).toBe(false);
    expect((error as StorageError).message).toContain("were changed by a later version");
    await expect
      .poll(() => query(url, "SELECT 1 FROM pg_stat_activity WHERE application_name ~ '^parley'"))
      .toEqual([]);
  });
});
