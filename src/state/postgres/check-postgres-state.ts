import { describeLocation } from "../describe-location.ts";
import type { FoundState } from "../found-state.ts";
import { MIGRATIONS } from "./migrations.ts";
import { NOW_MS } from "./now-ms.ts";
import { openLocation, type PostgresLocation } from "./open-location.ts";
import type { PostgresDatabase } from "./open-postgres.ts";
import { countMembers } from "./share-locks.ts";

/**
 * Checks whether a bridge could start on this database, and says what it would find. Changes nothing.
 *
 * @throws {ConfigError} somebody has to do something; says what · {StorageError} it can pass
 */
export async function checkPostgresState(location: PostgresLocation): Promise<FoundState> {
  const database = await openLocation(location, { access: "visit" });
  try {
    const members = await countMembers(database);
    const { version, megabytes } = await factsOf(database);
    const running = members === 1 ? "1 bridge uses it" : `${members} bridges use it`;
    const tables =
      version === undefined
        ? "its tables will be made at the first start"
        : version < MIGRATIONS.length
          ? `its tables of version ${version} will be brought to ${MIGRATIONS.length} at the next start`
          : `tables of version ${version}, ${megabytes} MB; that disk and its files are for the server to watch`;
    return {
      detail: `${describeLocation(location)} can be used; ${tables}; ${running} at present`,
      warnings: [],
      clockAheadMs: await clockAheadMs(database),
    };
  } finally {
    await database.close();
  }
}

async function factsOf(
  database: PostgresDatabase,
): Promise<{ version: number | undefined; megabytes: number }> {
  const [size] = await database.side.read<{ megabytes: number }>(
    "SELECT (pg_database_size(current_database()) / 1000000)::int AS megabytes",
  );
  const [tables] = await database.side.read<{ are: boolean }>(
    "SELECT to_regclass('bridge_schema') IS NOT NULL AS are",
  );
  const [schema] = tables?.are
    ? await database.side.read<{ version: number }>("SELECT version FROM bridge_schema")
    : [];
  return { version: schema?.version, megabytes: size?.megabytes ?? 0 };
}

async function clockAheadMs({ side }: PostgresDatabase): Promise<number> {
  const askedAt = Date.now();
  const [row] = await side.read<{ now: number }>(`SELECT ${NOW_MS} AS now`);
  return (row?.now ?? askedAt) - (askedAt + Date.now()) / 2;
}
