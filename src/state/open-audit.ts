import { existsSync } from "node:fs";
import type { StateLocation } from "../config/state-location.ts";
import type { AuditRecords } from "./audit-records.ts";
import { openLocation } from "./postgres/open-location.ts";
import { openPostgresAudit } from "./postgres/postgres-audit.ts";
import { openDatabase } from "./sqlite/database.ts";
import { openSqliteAudit } from "./sqlite/sqlite-audit.ts";

/** The records of deeds in a state that bridges may be using. */
export interface OpenAudit {
  readonly audit: AuditRecords;
  close(): Promise<void>;
}

/**
 * Opens the records beside running bridges; `undefined`: there is no state.
 *
 * @throws {ConfigError} {StorageError} as {@link openState}
 */
export async function openAudit(location: StateLocation): Promise<OpenAudit | undefined> {
  if (location.engine === "postgres") {
    const database = await openLocation(location, { access: "share" });
    return { audit: openPostgresAudit(database, database.side), close: database.close };
  }
  if (!existsSync(location.path)) return undefined;
  const database = await openDatabase(location.path, { access: "share" });
  return { audit: openSqliteAudit(database), close: () => database.close() };
}
