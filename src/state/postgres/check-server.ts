import { randomUUID } from "node:crypto";
import { ConfigError } from "../../errors.ts";
import { type Connection, connect } from "./connect.ts";
import type { PostgresTarget } from "./postgres-url.ts";

/** The oldest server that ends a session which asks nothing. */
const OLDEST_VERSION = 140_000;

/** What a server says of itself, as `SERVER_FACTS` asks for it. */
export interface ServerFacts {
  readonly version: number;
  readonly encoding: string;
  /** Where tables are made; null: no schema of the search path exists, or may be used. */
  readonly schema: string | null;
  readonly mayCreate: boolean;
}

const SERVER_FACTS = `SELECT current_setting('server_version_num')::int AS version,
  pg_encoding_to_char(encoding) AS encoding, current_schema() AS schema,
  coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS "mayCreate"
  FROM pg_database WHERE datname = current_database()`;

/**
 * Finds out whether the bridge can work with this server, and through whatever is before it. Resolves with the schema in which
 * its tables are.
 *
 * @throws {ConfigError} it cannot · what the client throws, see `codeOf`
 */
export async function checkServer(target: PostgresTarget, { client }: Connection): Promise<string> {
  await refusePooling(target, client);
  const { rows } = await client.query<ServerFacts>(SERVER_FACTS);
  const [facts] = rows;
  const problem = facts && problemOf(facts, target);
  if (problem) throw new ConfigError([problem]);
  return facts?.schema ?? "";
}

/** In one sentence what is wrong with a server, and what to do about it. */
export function problemOf(
  { version, encoding, schema, mayCreate }: ServerFacts,
  { user, database }: Pick<PostgresTarget, "user" | "database">,
): string | undefined {
  if (version < OLDEST_VERSION) {
    return `STATE_URL leads to PostgreSQL ${Math.floor(version / 10_000)}, and the bridge needs 14 or newer; upgrade the server`;
  }
  if (encoding !== "UTF8") {
    return `the database ${database} of STATE_URL has the encoding ${encoding}, and the bridge needs UTF8; create another, e.g. with createdb -O ${user} -E UTF8 -T template0 NAME`;
  }
  if (schema === null) {
    return `the search path of ${user} in the database ${database} of STATE_URL leads to no schema that it may use; create one, e.g. with CREATE SCHEMA bridge AUTHORIZATION ${user}, and ALTER ROLE ${user} SET search_path = bridge`;
  }
  if (!mayCreate) {
    return `${user} may create no tables in the schema ${schema} of the database ${database} of STATE_URL; allow it, e.g. with CREATE SCHEMA bridge AUTHORIZATION ${user}, and ALTER ROLE ${user} SET search_path = bridge`;
  }
  return undefined;
}

const POOLING_ADVICE =
  "STATE_URL leads to a pooler (such as PgBouncer) that gives a session's statements to changing connections of the server, by which locks would be lost; let STATE_URL lead to PostgreSQL itself, or set pool_mode = session there";

/** Other traffic may hide at first that connections change. */
const ROUNDS = 5;

/** A pooler with one connection for everybody never answers; a server or a machine that is busy does in the end. */
const PATIENCE_MS = [3_000, 6_000];

async function refusePooling(target: PostgresTarget, client: Connection["client"]): Promise<void> {
  for (const withinMs of PATIENCE_MS) {
    const found = await lookForPooling(client, await connect(target, "check"), withinMs);
    if (found === "none") return;
    if (found === "pooling") break;
  }
  throw new ConfigError([POOLING_ADVICE]);
}

/**
 * While somebody else holds a transaction open, a pooler that lends a connection for a statement or a transaction has to take
 * another for us, or the other got ours: then we are not where we were, or what we set is there.
 */
async function lookForPooling(
  client: Connection["client"],
  other: Connection,
  withinMs: number,
): Promise<"none" | "pooling" | "no-answer"> {
  const isOver = new Promise<"over">((resolve) => other.client.once("end", () => resolve("over")));
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    other.destroy();
  }, withinMs);
  try {
    const mark = randomUUID();
    await client.query(`SET ${MARK} = '${mark}'`);
    const own = await whereIs(client);
    for (let round = 0; round < ROUNDS; round++) {
      await begin(other.client);
      const its = await whereIs(other.client);
      const found = await Promise.race([whereIs(client), isOver]);
      if (found === "over") throw new Error("Connection terminated");
      if (found?.pid !== own?.pid || found?.mark !== mark || its?.mark === mark) return "pooling";
      await other.client.query("ROLLBACK");
      late.refresh();
    }
    return "none";
  } catch (error) {
    if (isLate) return "no-answer";
    throw error;
  } finally {
    clearTimeout(late);
    other.destroy();
  }
}

const MARK = "parley_bridge.session";

/** Which process of the server has the session, and what was set in it. */
async function whereIs(client: Connection["client"]) {
  const { rows } = await client.query<{ pid: number; mark: string | null }>(
    `SELECT pg_backend_pid() AS pid, current_setting('${MARK}', true) AS mark`,
  );
  return rows[0];
}

async function begin(client: Connection["client"]): Promise<void> {
  try {
    await client.query("BEGIN");
  } catch (cause) {
    // PgBouncer's word when it lends a connection for a statement only.
    if (cause instanceof Error && /pooling mode/.test(cause.message)) {
      throw new ConfigError([POOLING_ADVICE], { cause });
    }
    throw cause;
  }
}
