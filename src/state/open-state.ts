import type { StateLocation } from "../config/state-location.ts";
import { ConfigError } from "../errors.ts";
import { openSqliteState } from "./sqlite/open-sqlite-state.ts";
import type { State, StateOptions } from "./state.ts";

/**
 * Opens the state for a bridge.
 *
 * @throws {ConfigError} somebody has to do something; says what · {StorageError} it can pass, unless it says otherwise
 */
export async function openState(location: StateLocation, options: StateOptions): Promise<State> {
  if (location.engine === "sqlite") return await openSqliteState(location.path, options);
  throw new ConfigError(["STATE_URL: PostgreSQL is not supported yet"]);
}
