import { createRateLimiter } from "../../delivery/rate-limiter.ts";
import { createRounds } from "../../rounds.ts";
import { createTurns } from "../../turns.ts";
import { openEach } from "../queues.ts";
import type { State, StateOptions } from "../state.ts";
import { openConversationStore } from "./conversation-store.ts";
import { openDatabase } from "./database.ts";
import { expire } from "./expire.ts";
import { openKeyValues } from "./key-values.ts";
import { openSqliteAudit } from "./sqlite-audit.ts";
import { openSqliteClaims } from "./sqlite-claims.ts";
import { openSqliteHandovers } from "./sqlite-handovers.ts";
import { openSqliteJournal } from "./sqlite-journal.ts";
import { openSqliteUserRecords } from "./sqlite-user-records.ts";

/**
 * The state in one file, which this process alone may have.
 *
 * @throws {ConfigError} {@link openDatabase} · {StorageError} the same
 */
export async function openSqliteState(path: string, { alarms }: StateOptions): Promise<State> {
  const database = await openDatabase(path, { access: "own", alarms });
  try {
    const conversations = await openConversationStore(database);
    return {
      journals: openEach((queue) => openSqliteJournal(database, queue)),
      claims: openSqliteClaims(database),
      conversations,
      audit: openSqliteAudit(database),
      userRecords: openSqliteUserRecords(database, conversations.reloadAliases),
      handovers: openSqliteHandovers(database),
      inTurn: createTurns<string>(),
      rounds: createRounds(),
      clockAheadMs: () => 0,
      remembered: (schema) => openKeyValues(database, "remembered", schema),
      createLimiter: createRateLimiter,
      expire: (now, days) => expire(database, now, days),
      mayAct: () => Promise.resolve(),
      probe: () => database.probe(),
      close: () => database.close(),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
