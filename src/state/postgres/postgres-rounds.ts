import type { Rounds } from "../../rounds.ts";
import { NOW_MS } from "./now-ms.ts";
import type { PostgresDatabase } from "./open-postgres.ts";
import type { Session } from "./session.ts";
import { tryLock, unlock } from "./session-locks.ts";

/** How soon a replica sees that a round is due. */
const LOOK_EVERY_MS = 500;

/**
 * Rounds whose times stand in the database, by its clock. Whoever runs one holds its lock, on the session in whose name the round
 * is run: so what it writes has no effect any more once somebody else may run it.
 */
export function createPostgresRounds(
  database: Pick<PostgresDatabase, "session" | "inNameOf" | "lockKey">,
): Rounds {
  return {
    start(name, { everyMs, run, onError }) {
      const stopping = new AbortController();
      const key = database.lockKey(`round/${name}`);
      let isRequested = true;
      let wake = () => {};

      async function storeRequest(session: Session): Promise<void> {
        if (!isRequested) return;
        isRequested = false;
        try {
          await session.write({ sql: REQUEST, values: [name] });
        } catch (error) {
          isRequested = true;
          throw error;
        }
      }

      /** Runs a round if one is due and nobody else runs it; false: not. */
      async function tryRound(session: Session): Promise<boolean> {
        const due = await session.read(`SELECT FROM rounds WHERE ${IS_DUE}`, name);
        if (due.length === 0 || !(await tryLock(session, key))) return false;
        try {
          const begun = await session.write({ sql: BEGIN, values: [name, everyMs] });
          if (begun.length === 0) return false;
          const signal = AbortSignal.any([stopping.signal, session.signal]);
          await database
            .inNameOf(session, () => run(signal))
            .catch((thrown: unknown) => {
              if (!signal.aborted) onError(thrown);
            });
          // One that was ended in the middle is run again, by another replica.
          if (!signal.aborted) await session.write({ sql: END, values: [name] });
          return true;
        } finally {
          await unlock(session, key);
        }
      }

      async function loop(): Promise<void> {
        while (!stopping.signal.aborted) {
          let canAsk = true;
          try {
            const session = database.session();
            await storeRequest(session);
            if (await tryRound(session)) continue;
          } catch {
            // An alarm says so.
            canAsk = false;
          }
          await new Promise<void>((resolve) => {
            wake = resolve;
            setTimeout(resolve, Math.min(everyMs, LOOK_EVERY_MS));
            // A request that cannot be stored waits too: to ask again at once would let nothing else happen.
            if (stopping.signal.aborted || (isRequested && canAsk)) resolve();
          });
        }
      }
      const looping = loop();

      return {
        request() {
          isRequested = true;
          wake();
        },
        async stop() {
          stopping.abort(new Error("The bridge is stopping"));
          wake();
          await looping;
        },
      };
    },
  };
}

/** Whoever has begun a round and does not hold its lock has ended in the middle of it. */
const IS_DUE = `name = $1 AND (due_at <= ${NOW_MS} OR is_running)`;

const REQUEST = `INSERT INTO rounds (name, due_at) VALUES ($1, ${NOW_MS})
  ON CONFLICT (name) DO UPDATE SET due_at = least(rounds.due_at, excluded.due_at)`;

const BEGIN = `UPDATE rounds SET is_running = true, due_at = ${NOW_MS} + $2::bigint WHERE ${IS_DUE} RETURNING 1`;

const END = "UPDATE rounds SET is_running = false WHERE name = $1";
