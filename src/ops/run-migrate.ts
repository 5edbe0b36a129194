import { existsSync } from "node:fs";
import { readStateLocation } from "../config/read-config.ts";
import { describeLocation } from "../state/describe-location.ts";
import { migrateState } from "../state/migration/migrate-state.ts";

export const MIGRATE_USAGE = `Usage: npm run migrate -- sqlite:<file> postgres://<user>@<host>/<database>
  copies the state in the file into an empty database of PostgreSQL; the file stays as it is. Stop the bridge first.
  PGPASSWORD, PGPASSWORD_FILE or PGPASSFILE may hold the password`;

/**
 * Moves a state to PostgreSQL while no bridge runs. Returns the exit code.
 *
 * @throws {ConfigError} @throws {StorageError}
 */
export async function runMigrate(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { print, signal }: { print: (line: string) => void; signal: AbortSignal },
): Promise<number> {
  const [given = "", target = ""] = args;
  if (args.length !== 2 || !given.startsWith("sqlite:") || !/^postgres(ql)?:/.test(target)) {
    print(MIGRATE_USAGE);
    return 64;
  }
  const at = (url: string) =>
    readStateLocation({ ...env, STATE_URL: url, STATE_URL_FILE: undefined });
  const [from, to] = [at(given), at(target)];
  if (from.engine !== "sqlite" || to.engine !== "postgres") return 64;
  if (!existsSync(from.path)) {
    print(`There is no state at ${describeLocation(from)}`);
    return 66;
  }
  const { sqlite, postgres } = await migrateState(from.path, to, signal);
  for (const [what, count] of Object.entries(sqlite)) {
    print(`${what.padEnd(18)}  sqlite ${count}  postgres ${postgres[what]}`);
  }
  print(
    `${describeLocation(to)} holds all of ${describeLocation(from)}. Set STATE_URL to it, and start no bridge on the file any more`,
  );
  return 0;
}
