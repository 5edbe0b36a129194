import { existsSync } from "node:fs";
import type { StateLocation } from "../config/state-location.ts";
import type { AuditRecords } from "./audit-records.ts";
import { type ConversationPage, conversationPages, pageBehind } from "./conversation-pages.ts";
import { openLocation } from "./postgres/open-location.ts";
import { openPostgresAudit } from "./postgres/postgres-audit.ts";
import { openDatabase } from "./sqlite/database.ts";
import { openSqliteAudit } from "./sqlite/sqlite-audit.ts";
import type { ConversationRow } from "./stored-conversation.ts";

/** What a report is made of, in a state that bridges may be using. */
export interface OpenReport {
  conversations(): AsyncIterable<ConversationPage>;
  readonly audit: Pick<AuditRecords, "pages">;
  close(): Promise<void>;
}

/**
 * Opens it beside running bridges; `undefined`: there is no state.
 *
 * @throws {ConfigError} {StorageError} as {@link openState}
 */
export async function openReport(location: StateLocation): Promise<OpenReport | undefined> {
  if (location.engine === "postgres") {
    const database = await openLocation(location, { access: "share" });
    const { side } = database;
    return {
      conversations: () =>
        conversationPages((id) => side.read<ConversationRow>(pageBehind("$1"), id)),
      audit: openPostgresAudit(database, side),
      close: database.close,
    };
  }
  if (!existsSync(location.path)) return undefined;
  const database = await openDatabase(location.path, { access: "share" });
  return {
    conversations: () =>
      conversationPages((id) => database.read<ConversationRow>(pageBehind("?"), id)),
    audit: openSqliteAudit(database),
    close: () => database.close(),
  };
}
