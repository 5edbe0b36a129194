import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { describe, inject, onTestFinished } from "vitest";
import { createDatabaseOn, TEMPLATE } from "./create-database.ts";
import { findPostgres } from "./postgres-server.ts";

const hasPostgres = findPostgres() !== undefined;
if (!hasPostgres) {
  process.stderr.write("skipped: tests of PostgreSQL, which need Debian's package postgresql\n");
}

/** A suite that runs where there is a PostgreSQL. */
export const describePostgres = describe.skipIf(!hasPostgres);

/** The address of the run's PostgreSQL, as its superuser. */
async function clusterUrl(): Promise<string> {
  const answer = await fetch(inject("postgresStarter"));
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

/** The address of an empty database of the run's PostgreSQL, or of another; it is gone when the test ends. */
export async function createDatabase(serverUrl?: string, options = ""): Promise<string> {
  const admin = serverUrl ?? (await clusterUrl());
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const url = await createDatabaseOn(admin, name, options);
  onTestFinished(async () => {
    // A test may have ended its server.
    await query(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).catch(() => {});
  });
  return url;
}

/** The same with the bridge's tables, as its first start makes them. */
export const createTables = (): Promise<string> =>
  createDatabase(undefined, `TEMPLATE ${TEMPLATE}`);

/** Asks in a session of its own. */
export async function query<Row extends object>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return await inSession(url, async (client) => (await client.query<Row>(sql, [...values])).rows);
}

/** A session beside the bridge's, which ends with `work`. */
export async function inSession<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: url });
  // A test may end it.
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Ends the sessions of the bridges in a database, as an administrator would; how many there were. */
export async function endSessions(
  url: string,
  ...kinds: ("main" | "side" | "pace")[]
): Promise<number> {
  const ended = await query(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = ANY ($1)`,
    [kinds.map((kind) => `parley-slack-bridge ${kind}`)],
  );
  return ended.length;
}

/** The address of a database for a new role that may log in, and which is gone when the test ends. */
export async function createRole(url: string, options = ""): Promise<URL> {
  const name = `role_${randomUUID().replaceAll("-", "")}`;
  await query(url, `CREATE ROLE ${name} LOGIN ${options}`);
  onTestFinished(async () => {
    await query(url, `DROP OWNED BY ${name}`);
    await query(url, `DROP ROLE ${name}`);
  });
  return Object.assign(new URL(url), { username: name });
}

/** How many statements in a database wait for a lock of this kind, by its name in `pg_locks`. */
export async function waitingForLocks(
  url: string,
  kind: "advisory" | "relation" | "transactionid",
): Promise<number> {
  const waiting = await query(
    url,
    `SELECT 1 FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = $1`,
    [kind],
  );
  return waiting.length;
}
