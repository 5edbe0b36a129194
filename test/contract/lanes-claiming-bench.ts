import { AsyncLocalStorage } from "node:async_hooks";
import type { ClaimHolder, Claims, Tenure } from "../../src/delivery/claims.ts";
import { openPostgres, type PostgresDatabase } from "../../src/state/postgres/open-postgres.ts";
import { createPostgresClaims } from "../../src/state/postgres/postgres-claims.ts";
import { openPostgresJournal } from "../../src/state/postgres/postgres-journal.ts";
import { mortal } from "../support/mortal.ts";
import { createTables, query } from "../support/postgres.ts";
import {
  type ClaimingBench,
  createEngine,
  createStay,
  type Engine,
  type EngineOptions,
  type Stay,
} from "./lanes-bench.ts";
import { onPostgres } from "./lanes-postgres-bench.ts";

/** A replica that runs, or has stopped and still has its connections. */
interface Running {
  readonly database: PostgresDatabase;
  readonly stop: Engine<never>["stop"];
  hasStopped: boolean;
}

/** Waits until they have ended, and with them what they had locked. */
const END = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity";
const END_ALL = `${END} WHERE datname = current_database() AND application_name LIKE 'parley-slack-bridge %'`;
const END_ONE = `${END} WHERE pid = $1`;

/** Opens one bench after the other in one test, each on the same database when it has been emptied. */
export function openClaimingBenches(): () => Promise<ClaimingBench> {
  let database: Promise<string> | undefined;
  return async () => {
    database ??= createTables();
    const url = await database;
    await onPostgres(url).failWrites(false);
    await query(url, "TRUNCATE outbox");
    return openClaimingBench(url);
  };
}

/** The lanes of replicas on a PostgreSQL database, with the claims and sessions of the bridge. */
function openClaimingBench(url: string): ClaimingBench {
  let process = { isAlive: true };
  let running: Running[] = [];
  const ending = new Set<Promise<unknown>>();

  async function closeAll(replicas: readonly Running[]): Promise<void> {
    running = running.filter((each) => !replicas.includes(each));
    await Promise.all(replicas.map(({ database }) => database.close()));
  }

  return {
    ...onPostgres(url),

    async engine<Body>(options: EngineOptions = {}) {
      await closeAll(running.filter(({ hasStopped }) => hasStopped));
      const owner = process;
      const isAlive = () => owner.isAlive;
      const database = await openPostgres(url, { access: "own" });
      const claims = createPostgresClaims(database);
      const journal = mortal(openPostgresJournal(database, "outbox", claims), isAlive);
      let isAble = true;
      const { stay, inStays } = nameStays(database, isAlive);
      const named: Claims = {
        ...claims,
        start: (holders) => claims.start(holders.map(inStays), () => isAble),
      };
      const lanes = createEngine<Body>({ journal, claims: named, isAlive, stay }, options);
      const replica: Running = { database, stop: lanes.stop, hasStopped: false };
      running.push(replica);
      let pid: Promise<{ pid: number }[]> | undefined;
      database.onSession((session) => {
        pid = session.read<{ pid: number }>("SELECT pg_backend_pid() AS pid");
        pid.catch(() => {});
      });
      return {
        ...lanes,
        async stop() {
          await lanes.stop();
          replica.hasStopped = true;
          // A session that it has found to be over on the way is over by now.
          await new Promise(setImmediate);
        },
        async endSession() {
          const [backend] = (await pid?.catch(() => [])) ?? [];
          if (!backend) return;
          const ended = query(url, END_ONE, [backend.pid]);
          ending.add(ended);
          await ended;
          ending.delete(ended);
        },
        setAble(can) {
          isAble = can;
        },
      };
    },

    async crash() {
      process.isAlive = false;
      process = { isAlive: true };
      await Promise.all(ending);
      // No session follows one that has ended.
      const closed = closeAll(running);
      await query(url, END_ALL);
      await closed;
    },

    async close() {
      await Promise.all([...ending, ...running.map(({ stop }) => stop())]);
      await closeAll(running);
    },
  };
}

/** Tells in whose name something runs: of each tenure, a stay. */
function nameStays(database: Pick<PostgresDatabase, "session">, isAlive: () => boolean) {
  const names = new AsyncLocalStorage<Stay>();
  const named = new WeakMap<Tenure, Tenure>();

  function nameOf(tenure: Tenure): Tenure {
    const known = named.get(tenure);
    if (known) return known;
    let isOver = false;
    const { signal } = tenure.run(() => database.session());
    // What was stored before the end is heard of in the same turn of the event loop, and nobody else begins before the next one.
    signal.addEventListener("abort", () => setImmediate(() => (isOver = true)));
    const stay = createStay(() => isOver || !isAlive());
    const name = {
      ...tenure,
      run: <Result>(work: () => Result) => tenure.run(() => names.run(stay, work)),
    };
    named.set(tenure, name);
    return name;
  }

  return {
    stay(): Stay {
      const stay = names.getStore();
      if (!stay) throw new Error("This does not run in the name of a share");
      return stay;
    },
    inStays: (holder: ClaimHolder): ClaimHolder => ({
      take: (tenure) => holder.take(nameOf(tenure)),
      leave: (tenure) => holder.leave(nameOf(tenure)),
      changed: (lane) => holder.changed(lane),
    }),
  };
}
