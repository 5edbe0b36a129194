import type { StateLocation } from "../config/state-location.ts";
import { ConfigError } from "../errors.ts";
import { checkSqliteState } from "./sqlite/check-sqlite-state.ts";

/**
 * Checks whether a bridge could start on this state, and says what it would find. Leaves nothing behind, and does not disturb
 * bridges that use it.
 *
 * @throws {ConfigError} somebody has to do something; says what · {StorageError} it can pass
 */
export async function checkState(location: StateLocation): Promise<string> {
  if (location.engine === "sqlite") return await checkSqliteState(location.path);
  throw new ConfigError(["STATE_URL: PostgreSQL is not supported yet"]);
}
