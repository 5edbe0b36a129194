import { existsSync } from "node:fs";
import type { StateLocation } from "../config/state-location.ts";
import { ConfigError } from "../errors.ts";
import { openDatabase } from "./sqlite/database.ts";
import { openSqliteJournal } from "./sqlite/sqlite-journal.ts";
import type { Journals } from "./state.ts";

/** The journals of a state that bridges may be using. */
export interface OpenJournals {
  readonly journals: Journals;
  close(): Promise<void>;
}

/**
 * Opens the journals beside running bridges; `undefined`: there is no state.
 *
 * @throws {ConfigError} {StorageError} as {@link openState}
 */
export async function openJournals(location: StateLocation): Promise<OpenJournals | undefined> {
  if (location.engine !== "sqlite") {
    throw new ConfigError(["STATE_URL: PostgreSQL is not supported yet"]);
  }
  if (!existsSync(location.path)) return undefined;
  const database = await openDatabase(location.path, { access: "share" });
  return {
    journals: {
      inbox: openSqliteJournal(database, "inbox"),
      outbox: openSqliteJournal(database, "outbox"),
    },
    close: () => database.close(),
  };
}
