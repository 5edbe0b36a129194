import { onTestFinished } from "vitest";
import {
  openPostgres,
  type PostgresDatabase,
  type PostgresOptions,
} from "../../src/state/postgres/open-postgres.ts";

/** A replica's database, closed when the test ends. */
export async function openReplica(
  url: string,
  options: Partial<PostgresOptions> = {},
): Promise<PostgresDatabase> {
  const database = await openPostgres(url, { access: "own", ...options });
  onTestFinished(() => database.close());
  return database;
}
