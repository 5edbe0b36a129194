import type { StateLocation } from "../config/state-location.ts";
import { checkPostgresState } from "./postgres/check-postgres-state.ts";
import { checkSqliteState } from "./sqlite/check-sqlite-state.ts";

/** What is found of a state that a bridge can use. */
export interface FoundState {
  readonly detail: string;
  /** What is not as it could be, and what to do. */
  readonly warnings: readonly string[];
  /** How far the clock of the database is ahead of this machine's, ms; missing: it has none of its own. */
  readonly clockAheadMs?: number;
}

/**
 * Checks whether a bridge could start on this state, and says what it would find. Leaves nothing behind, and does not disturb
 * bridges that use it.
 *
 * @throws {ConfigError} somebody has to do something; says what · {StorageError} it can pass
 */
export const checkState = (location: StateLocation): Promise<FoundState> =>
  location.engine === "sqlite" ? checkSqliteState(location.path) : checkPostgresState(location);
