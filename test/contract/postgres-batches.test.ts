import { expect, it } from "vitest";
import { StorageError } from "../../src/errors.ts";
import { namesIn } from "../../src/state/postgres/names-in.ts";
import type { PostgresDatabase } from "../../src/state/postgres/open-postgres.ts";
import type { Statement } from "../../src/state/postgres/sql-value.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createTables, describePostgres, inSession, query } from "../support/postgres.ts";

const remember = (key: string, value: string, locks: readonly string[] = []): Statement => ({
  sql: "INSERT INTO remembered (key, value) VALUES ($1, $2) RETURNING key",
  values: [key, value],
  locks,
});

const keysIn = async (database: PostgresDatabase) =>
  (await database.read<{ key: string }>("SELECT key FROM remembered ORDER BY key")).map(
    ({ key }) => key,
  );

describePostgres("what is asked of a PostgreSQL database together", () => {
  it("happens in the order of the calls, and a read sees what was written before it", async () => {
    const database = await openReplica(await createTables());
    const [first, between, second, after] = await Promise.all([
      database.write<{ key: string }>(remember("a", "1")),
      keysIn(database),
      database.write<{ key: string }>(remember("b", "2")),
      keysIn(database),
    ]);
    expect([first, between, second, after]).toEqual([
      [{ key: "a" }],
      ["a"],
      [{ key: "b" }],
      ["a", "b"],
    ]);
  });

  it("shares one transaction", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    const writes = Array.from({ length: 100 }, (_, at) => remember(`key ${at}`, "value"));
    await Promise.all(writes.map((write) => database.write(write)));
    const rows = await query(url, "SELECT DISTINCT xmin::text FROM remembered");
    expect(rows).toHaveLength(1);
  });

  it("is not harmed by what fails", async () => {
    const database = await openReplica(await createTables());
    const results = await Promise.allSettled([
      database.write(remember("a", "1")),
      database.write(remember("a", "again")),
      database.write(remember("b", "2")),
      database.read("SELECT 1 / (SELECT count(*) FROM remembered WHERE key = 'none')"),
      database.write(remember("nul", "a\0b")),
      database.read("SELECT nothing FROM remembered"),
      database.write(remember("c", "3")),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
      "rejected",
      "rejected",
      "fulfilled",
    ]);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toBeInstanceOf(StorageError);
    }
    expect(await keysIn(database)).toEqual(["a", "b", "c"]);
  });

  it("says nothing of values when it fails", async () => {
    const database = await openReplica(await createTables());
    await database.write(remember("secret key", "1"));
    const errors = await Promise.all([
      database.write(remember("secret key", "secret value")).catch((error: unknown) => error),
      database.read("SELECT $1::bigint", "secret number").catch((error: unknown) => error),
    ]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(StorageError);
      const { message, cause } = error as StorageError;
      expect(`${message} ${String(cause)} ${JSON.stringify(cause)}`).not.toContain("secret");
    }
  });

  it("takes its locks in one order, so that replicas do not wait for each other in a circle", async () => {
    const url = await createTables();
    const replicas = [await openReplica(url), await openReplica(url)];
    const { lockKey } = namesIn("public");
    const [first] = [lockKey("lane a"), lockKey("lane b")].sort((a, b) => Number(a) - Number(b));
    const waiting = () =>
      query<{ granted: boolean }>(
        url,
        "SELECT granted FROM pg_locks WHERE locktype = 'advisory' ORDER BY granted",
      );
    await inSession(url, async (client) => {
      await client.query("SELECT pg_advisory_lock($1)", [first]);
      const written = replicas.map((replica, at) =>
        replica.write(
          remember(`${at}`, "", at === 0 ? ["lane a", "lane b"] : ["lane b", "lane a"]),
        ),
      );
      // Whoever waits holds nothing yet.
      await expect
        .poll(waiting)
        .toEqual([{ granted: false }, { granted: false }, { granted: true }]);
      await client.query("SELECT pg_advisory_unlock($1)", [first]);
      await Promise.all(written);
    });
    expect(await keysIn(replicas[0] as PostgresDatabase)).toEqual(["0", "1"]);
  });

  it("waits for a lock that another replica's transaction has", async () => {
    const url = await createTables();
    const [one, other] = [await openReplica(url), await openReplica(url)];
    await one.write(remember("total", "0"));
    const increment: Statement = {
      sql: "UPDATE remembered SET value = (value::int + 1)::text WHERE key = 'total' RETURNING value",
      values: [],
      locks: ["total"],
    };
    await Promise.all(
      Array.from({ length: 100 }, (_, at) => (at % 2 ? one : other).write(increment)),
    );
    expect(await one.read("SELECT value FROM remembered")).toEqual([{ value: "100" }]);
  });

  it("is run again when it was in a circle with others", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    await database.write(remember("a", "1"));
    await database.write(remember("b", "1"));
    const set = (key: string, value: string) => ({
      sql: "UPDATE remembered SET value = $2 WHERE key = $1",
      values: [key, value],
    });
    await inSession(url, async (client) => {
      // It looks for circles later than the bridge, which therefore is the one that fails.
      await client.query("SET deadlock_timeout = '60s'");
      await client.query("BEGIN");
      await client.query("UPDATE remembered SET value = '2' WHERE key = 'b'");
      const written = Promise.all([database.write(set("a", "3")), database.write(set("b", "3"))]);
      await expect
        .poll(() => query(url, "SELECT 1 FROM pg_locks WHERE NOT granted"))
        .toHaveLength(1);
      await client.query("UPDATE remembered SET value = '2' WHERE key = 'a'");
      await client.query("COMMIT");
      await written;
    });
    expect(await database.read("SELECT key, value FROM remembered ORDER BY key")).toEqual([
      { key: "a", value: "3" },
      { key: "b", value: "3" },
    ]);
  });
});
