import { existsSync } from "node:fs";
import type { Erasures } from "../bridge/erasing/erasures.ts";
import type { UserRecords } from "../bridge/erasing/user-records.ts";
import type { StateLocation } from "../config/state-location.ts";
import { type CreateRateLimiter, createRateLimiter } from "../delivery/rate-limiter.ts";
import { ConfigError } from "../errors.ts";
import { pause } from "../pause.ts";
import { createRounds, type Rounds } from "../rounds.ts";
import type { AuditRecords } from "./audit-records.ts";
import { openErasures } from "./open-erasures.ts";
import { openLocation, type PostgresLocation } from "./postgres/open-location.ts";
import { openPostgresAudit } from "./postgres/postgres-audit.ts";
import { createPostgresRounds } from "./postgres/postgres-rounds.ts";
import { openPostgresUserRecords } from "./postgres/postgres-user-records.ts";
import { openPostgresValues } from "./postgres/postgres-values.ts";
import { createSharedLimiters } from "./postgres/shared-limiters.ts";
import { openDatabase } from "./sqlite/database.ts";
import { openKeyValues } from "./sqlite/key-values.ts";
import { lockState } from "./sqlite/lock-state.ts";
import { openSqliteAudit } from "./sqlite/sqlite-audit.ts";
import { openSqliteUserRecords } from "./sqlite/sqlite-user-records.ts";
import type { State } from "./state.ts";

/** What is kept of single Users, in a state that bridges may be using. */
export interface OpenPeople extends Pick<State, "remembered" | "createLimiter" | "mayAct"> {
  readonly userRecords: UserRecords;
  readonly erasures: Erasures;
  readonly audit: AuditRecords;
  /**
   * Has a part in rounds of this name, beside the bridges of this state or in their place. In a file they are the bridge's alone
   * as long as it runs: then this waits until it does not. Returns how to leave.
   */
  takePart(name: string, work: Parameters<Rounds["start"]>[1]): () => Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens it beside running bridges; `undefined`: there is no state.
 *
 * @throws {ConfigError} {StorageError} as {@link openState}
 */
export async function openPeople(location: StateLocation): Promise<OpenPeople | undefined> {
  if (location.engine === "postgres") return await openInPostgres(location);
  return existsSync(location.path) ? await openInFile(location.path) : undefined;
}

async function openInPostgres(location: PostgresLocation): Promise<OpenPeople> {
  const database = await openLocation(location, { access: "share" });
  const remembered: State["remembered"] = (schema) => openPostgresValues(database, schema);
  return {
    remembered,
    createLimiter: createSharedLimiters(database),
    mayAct: database.stillOurs,
    userRecords: openPostgresUserRecords(database),
    erasures: openErasures({ remembered }),
    audit: openPostgresAudit(database, database.side),
    takePart: (name, work) => createPostgresRounds(database).start(name, work).stop,
    close: database.close,
  };
}

async function openInFile(path: string): Promise<OpenPeople> {
  const database = await openDatabase(path, { access: "share" });
  const remembered: State["remembered"] = (schema) => openKeyValues(database, "remembered", schema);
  return {
    remembered,
    createLimiter: createRateLimiter as CreateRateLimiter,
    mayAct: () => Promise.resolve(),
    userRecords: openSqliteUserRecords(database),
    erasures: openErasures({ remembered }),
    audit: openSqliteAudit(database),
    takePart: (name, work) => startOnceFree(path, name, work),
    close: () => database.close(),
  };
}

/** How soon it is tried again whether the bridge runs. */
const TRY_EVERY_MS = 5_000;

function startOnceFree(
  path: string,
  ...[name, work]: Parameters<Rounds["start"]>
): () => Promise<void> {
  const leaving = new AbortController();

  async function lockOnceFree(): Promise<() => Promise<void>> {
    for (;;) {
      leaving.signal.throwIfAborted();
      try {
        return await lockState(path);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        await pause(TRY_EVERY_MS, leaving.signal);
      }
    }
  }

  async function run(): Promise<void> {
    const unlock = await lockOnceFree();
    try {
      const round = createRounds().start(name, work);
      const { promise, resolve } = Promise.withResolvers<void>();
      leaving.signal.addEventListener("abort", () => resolve());
      if (!leaving.signal.aborted) await promise;
      await round.stop();
    } finally {
      await unlock();
    }
  }

  const running = run().catch((error: unknown) => {
    if (!leaving.signal.aborted) work.onError(error);
  });
  return async () => {
    leaving.abort(new Error("Leaving"));
    await running;
  };
}
