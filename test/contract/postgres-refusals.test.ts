import { describe, expect, it } from "vitest";
import { ConfigError, StorageError } from "../../src/errors.ts";
import { problemOf, type ServerFacts } from "../../src/state/postgres/check-server.ts";
import { openPostgres } from "../../src/state/postgres/open-postgres.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createDatabase, createRole, describePostgres, query } from "../support/postgres.ts";

const GOOD: ServerFacts = { version: 150_018, encoding: "UTF8", schema: "bridge", mayCreate: true };
const LOGIN = { user: "bridge", database: "bridge" };

describe("what a server says of itself", () => {
  it("is accepted from PostgreSQL 14 on", () => {
    expect(problemOf(GOOD, LOGIN)).toBeUndefined();
    expect(problemOf({ ...GOOD, version: 140_000 }, LOGIN)).toBeUndefined();
  });

  it.each([
    ["too old", { version: 130_022 }, "leads to PostgreSQL 13, and the bridge needs 14 or newer"],
    ["in another encoding", { encoding: "LATIN1" }, "has the encoding LATIN1"],
    ["without a schema", { schema: null, mayCreate: false }, "CREATE SCHEMA bridge"],
    ["without the right to create tables", { mayCreate: false }, "may create no tables"],
  ])("is refused in one sentence: %s", (_, wrong, words) => {
    expect(problemOf({ ...GOOD, ...wrong }, LOGIN)).toContain(words);
  });
});

/** What opening fails with. */
const failureAt = (url: string): Promise<unknown> =>
  openPostgres(url, { access: "own" }).then(
    () => undefined,
    (error: unknown) => error,
  );

describePostgres("a PostgreSQL database that cannot be used", () => {
  it("is refused for its encoding", async () => {
    const url = await createDatabase(undefined, "ENCODING 'SQL_ASCII' TEMPLATE template0");
    const error = await failureAt(url);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain("has the encoding SQL_ASCII");
  });

  it("is refused without the right to create tables, which its schema gives", async () => {
    const url = await createDatabase();
    const own = await createRole(url);
    const error = await failureAt(own.href);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain("may create no tables in the schema public");
    await query(url, `CREATE SCHEMA bridge AUTHORIZATION ${own.username}`);
    await query(url, `ALTER ROLE ${own.username} SET search_path = bridge`);
    await openReplica(own.href).then((database) => database.probe());
  });

  it("is refused when the search path leads nowhere", async () => {
    const error = await failureAt(`${await createDatabase()}?options=-csearch_path%3Dnowhere`);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain("leads to no schema");
  });

  it.each([
    ["a host that is not known", { hostname: "db.invalid" }, "is not known", true],
    ["a port where nothing listens", { port: "1" }, "no PostgreSQL takes connections", true],
    ["a database that is missing", { pathname: "/missing" }, "there is no database", false],
    [
      "a role that is missing",
      { username: "nobody_at_all" },
      "does not let nobody_at_all in",
      false,
    ],
  ])("says what to do: %s", async (_, changes, words, canPass) => {
    const url = Object.assign(
      new URL(await createDatabase()),
      { password: "secret-word" },
      changes,
    );
    const error = await failureAt(url.href);
    expect(error).toBeInstanceOf(StorageError);
    const { message, canPass: passes, stack } = error as StorageError;
    expect(message).toContain(words);
    expect(passes).toBe(canPass);
    expect(stack).not.toContain("secret-word");
  });

  it("says what to do: no connection left", async () => {
    const url = await createDatabase();
    const own = await createRole(url, "CONNECTION LIMIT 1");
    const error = await failureAt(own.href);
    expect(error).toBeInstanceOf(StorageError);
    expect((error as Error).message).toContain("has no connection left (53300)");
    expect((error as StorageError).canPass).toBe(true);
  });

  it("says what to do: it can only be read", async () => {
    const url = await createDatabase();
    const name = new URL(url).pathname.slice(1);
    await openReplica(url).then((database) => database.close());
    await query(url, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const error = await failureAt(url);
    expect(error).toBeInstanceOf(StorageError);
    expect((error as Error).message).toContain("can only be read (25006)");
  });
});
