import { errorFields } from "../../log.ts";
import { createSparseLog } from "../../sparse-log.ts";
import { openEach } from "../queues.ts";
import type { State, StateOptions } from "../state.ts";
import { expirePostgres } from "./expire-postgres.ts";
import { openLocation, type PostgresLocation } from "./open-location.ts";
import { openPostgresAudit } from "./postgres-audit.ts";
import { createPostgresClaims } from "./postgres-claims.ts";
import { openPostgresConversations } from "./postgres-conversations.ts";
import { openPostgresHandovers } from "./postgres-handovers.ts";
import { openPostgresJournal } from "./postgres-journal.ts";
import { createPostgresRounds } from "./postgres-rounds.ts";
import { createPostgresTurns } from "./postgres-turns.ts";
import { openPostgresUserRecords } from "./postgres-user-records.ts";
import { openPostgresValues } from "./postgres-values.ts";
import { watchServerClock } from "./server-clock.ts";
import { createSharedLimiters } from "./shared-limiters.ts";

/**
 * The state in a database that any number of replicas may share.
 *
 * @throws {ConfigError} {@link openPostgres} · {StorageError} the same
 */
export async function openPostgresState(
  location: PostgresLocation,
  { alarms, clock, log }: StateOptions,
): Promise<State> {
  const database = await openLocation(location, { access: "own", alarms, clock });
  try {
    const claimsFailed = createSparseLog((fields) => log.warn(fields, "claims.failed"));
    const claims = createPostgresClaims(database, {
      onError: (error) => claimsFailed(errorFields(error)),
    });
    const serverClock = await watchServerClock(database.side, clock);
    return {
      journals: openEach((queue) => openPostgresJournal(database, queue, claims)),
      claims,
      conversations: openPostgresConversations(database, database.side),
      audit: openPostgresAudit(database, database.side),
      userRecords: openPostgresUserRecords(database),
      handovers: openPostgresHandovers(database),
      inTurn: createPostgresTurns(database),
      rounds: createPostgresRounds(database),
      clockAheadMs: serverClock.aheadMs,
      remembered: (schema) => openPostgresValues(database, schema),
      createLimiter: createSharedLimiters(database),
      expire: (now, days) => expirePostgres(database.side, now, days),
      mayAct: database.stillOurs,
      probe: database.probe,
      async close() {
        serverClock.stop();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
