import { pause } from "../../pause.ts";
import { createTurns, type InTurn } from "../../turns.ts";
import type { PostgresDatabase } from "./open-postgres.ts";
import { tryLock, unlock } from "./session-locks.ts";

/** How soon somebody asks again whose turn it is. */
const ASK_EVERY_MS = 100;

/**
 * Turns among all replicas. In this process they are taken in order; whoever is first here waits for the other replicas, in no
 * particular order. A turn is over when the session is, in whose name it was taken.
 */
export function createPostgresTurns(
  database: Pick<PostgresDatabase, "session" | "lockKey">,
): InTurn<string> {
  const here = createTurns<string>();

  return (name, work, signal) =>
    here(
      name,
      async () => {
        const session = database.session();
        const key = database.lockKey(`turn/${name}`);
        while (!(await tryLock(session, key))) {
          await pause(ASK_EVERY_MS, signal);
        }
        try {
          return await work();
        } finally {
          await unlock(session, key);
        }
      },
      signal,
    );
}
