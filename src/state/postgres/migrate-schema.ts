import { ConfigError } from "../../errors.ts";
import type { Connection } from "./connect.ts";
import { MIGRATIONS, type Migration } from "./migrations.ts";
import type { SharedNames } from "./names-in.ts";
import { codeOf } from "./postgres-fault.ts";
import type { Session } from "./session.ts";
import { IDLE_IN_TRANSACTION_MS } from "./session-settings.ts";

/** What a database says of its tables; no row in it, or no such table: there are none yet. */
interface SchemaVersion {
  readonly version: number;
  /** The oldest schema that a program may be made for to work with these tables. */
  readonly oldest: number;
}

const NONE: SchemaVersion = { version: 0, oldest: 0 };

const VERSION = "SELECT version, oldest FROM bridge_schema";

/**
 * Brings the tables up to what this program is made for: all of it or nothing. Those who start at the same time wait for each
 * other.
 *
 * @throws {ConfigError} a later version of the program has changed them so that this one cannot use them
 * @throws what the client throws, see `codeOf`
 */
export async function migrateSchema(
  { client }: Connection,
  { lockKey }: SharedNames,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  // Whatever was set for the role: who has waited for the lock must see what the one before has made.
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  try {
    await client.query(PATIENCE);
    await client.query("SELECT pg_advisory_xact_lock($1)", [lockKey("schema")]);
    await client.query(
      "CREATE TABLE IF NOT EXISTS bridge_schema (one boolean PRIMARY KEY DEFAULT true CHECK (one), version integer NOT NULL, oldest integer NOT NULL)",
    );
    const { rows } = await client.query<SchemaVersion>(VERSION);
    const found = rows[0] ?? NONE;
    refuseLater(found, migrations.length);
    let { oldest } = found;
    for (const migration of migrations.slice(found.version)) {
      await client.query(migration.sql);
      oldest = migration.oldest ?? oldest;
    }
    if (found.version < migrations.length) {
      await client.query(
        `INSERT INTO bridge_schema (version, oldest) VALUES ($1, $2)
         ON CONFLICT (one) DO UPDATE SET version = excluded.version, oldest = excluded.oldest`,
        [migrations.length, oldest],
      );
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** A large table may take its time, whatever was set for the role; but nobody waits for one who stands still in between. */
const PATIENCE = `SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true),
  set_config('idle_in_transaction_session_timeout', '${IDLE_IN_TRANSACTION_MS}', true)`;

/** @throws {ConfigError} this program cannot use the tables that are there, or there are none */
export async function requireSchema(connection: Connection): Promise<void> {
  const found = await readVersion(connection);
  refuseLater(found, MIGRATIONS.length);
  if (found.version < MIGRATIONS.length) {
    throw new ConfigError([
      "the tables in the database of STATE_URL are those of an earlier version of the bridge, or missing; start the bridge of this version once, which brings them up to date",
    ]);
  }
}

/** @throws {ConfigError} a later version of the program has changed the tables so that this one cannot use them */
export async function refuseLaterSchema(connection: Connection): Promise<void> {
  refuseLater(await readVersion(connection), MIGRATIONS.length);
}

/** As {@link refuseLaterSchema}, for a program that is at work. */
export async function refuseLaterTables({ read }: Pick<Session, "read">): Promise<void> {
  const [found = NONE] = await read<SchemaVersion>(VERSION);
  refuseLater(found, MIGRATIONS.length);
}

async function readVersion({ client }: Connection): Promise<SchemaVersion> {
  try {
    const { rows } = await client.query<SchemaVersion>(VERSION);
    return rows[0] ?? NONE;
  } catch (error) {
    if (codeOf(error) === UNDEFINED_TABLE) return NONE;
    throw error;
  }
}

const UNDEFINED_TABLE = "42P01";

function refuseLater({ oldest }: SchemaVersion, known: number): void {
  if (oldest <= known) return;
  throw new ConfigError([
    `the tables in the database of STATE_URL were changed by a later version of the bridge, with which this one cannot share them (they need ${oldest}, and this one knows ${known}); start that version`,
  ]);
}
