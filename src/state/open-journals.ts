import { existsSync } from "node:fs";
import type { StateLocation } from "../config/state-location.ts";
import { openLocation, type PostgresLocation } from "./postgres/open-location.ts";
import { type Holdings, openPostgresJournal } from "./postgres/postgres-journal.ts";
import { shareOf } from "./postgres/shares.ts";
import { type Journals, openEach } from "./queues.ts";
import { openDatabase } from "./sqlite/database.ts";
import { openSqliteJournal } from "./sqlite/sqlite-journal.ts";

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
  if (location.engine === "postgres") return await openInPostgres(location);
  if (!existsSync(location.path)) return undefined;
  const database = await openDatabase(location.path, { access: "share" });
  return {
    journals: openEach((queue) => openSqliteJournal(database, queue)),
    close: () => database.close(),
  };
}

/** Whoever has a lane is told of every change. */
const HOLDS_NOTHING: Holdings = { shareOf, heldBy: () => null };

async function openInPostgres(location: PostgresLocation): Promise<OpenJournals> {
  const database = await openLocation(location, { access: "share" });
  return {
    journals: openEach((queue) => openPostgresJournal(database, queue, HOLDS_NOTHING)),
    close: database.close,
  };
}
