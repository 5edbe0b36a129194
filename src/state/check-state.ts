import type { StateLocation } from "../config/state-location.ts";
import type { FoundState } from "./found-state.ts";
import { checkPostgresState } from "./postgres/check-postgres-state.ts";
import { checkSqliteState } from "./sqlite/check-sqlite-state.ts";

/**
 * Checks whether a bridge could start on this state, and says what it would find. Changes nothing that is kept, and does not
 * disturb bridges that use it.
 *
 * @throws {ConfigError} somebody has to do something; says what · {StorageError} it can pass
 */
export const checkState = (location: StateLocation): Promise<FoundState> =>
  location.engine === "sqlite" ? checkSqliteState(location.path) : checkPostgresState(location);
