import type { StateLocation } from "../config/state-location.ts";
import { openPostgresState } from "./postgres/open-postgres-state.ts";
import { openSqliteState } from "./sqlite/open-sqlite-state.ts";
import type { State, StateOptions } from "./state.ts";

/**
 * Opens the state for a bridge.
 *
 * @throws {ConfigError} somebody has to do something; says what · {StorageError} it can pass, unless it says otherwise
 */
export const openState = (location: StateLocation, options: StateOptions): Promise<State> =>
  location.engine === "sqlite"
    ? openSqliteState(location.path, options)
    : openPostgresState(location, options);
