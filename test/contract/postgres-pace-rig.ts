import { onTestFinished } from "vitest";
import type { CreateRateLimiter } from "../../src/delivery/rate-limiter.ts";
import type { PostgresDatabase } from "../../src/state/postgres/open-postgres.ts";
import {
  createSharedLimiters,
  type PaceDatabase,
} from "../../src/state/postgres/shared-limiters.ts";
import type { Statement } from "../../src/state/postgres/sql-value.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createTables } from "../support/postgres.ts";
import type { Rig } from "./rate-limiter-rig.ts";

/** What may happen between a replica and its database. */
interface Link {
  /** What is asked fails with it. */
  trouble?: Error;
  /** What is asked is answered, but the answer comes no earlier than this. */
  held?: Promise<unknown>;
}

interface PostgresRig extends Rig {
  /** One more replica, and its link to the database. */
  linked(): { create: CreateRateLimiter; link: Link };
  /** Sets the database's clock, by so much. */
  setClock(byMs: number): void;
  /** How often a replica has asked. */
  readonly asks: number;
  readonly database: PostgresDatabase;
}

/** Replicas work through so many databases, so that what they ask at once is asked in different sessions. */
const SESSIONS = 3;

/** The clock of PostgreSQL at the start of a test, ms. */
const START = 1_800_000_000_000;

const NOW = "clock_timestamp()";
const TOLD_NOW = "to_timestamp(current_setting('test.now')::float8 / 1000)";

/** Opens them where the time of the database is that of the test's timers. */
export async function openPostgresRig(): Promise<PostgresRig> {
  const databases = await openDatabases();
  let aheadMs = START;
  let underWay = 0;
  let replicas = 0;
  let asks = 0;

  const questionsOf = (database: PostgresDatabase, link: Link): PaceDatabase["pace"] => ({
    async write<Row>(statement: Statement): Promise<Row[]> {
      asks += 1;
      if (link.trouble) throw link.trouble;
      underWay += 1;
      const now = String(aheadMs + performance.now());
      const told = database.pace.write({
        sql: "SELECT set_config('test.now', $1, false)",
        values: [now],
      });
      const asked = database.pace.write<Row>({
        ...statement,
        sql: statement.sql.replaceAll(NOW, TOLD_NOW),
      });
      try {
        const [, rows] = await Promise.all([told, asked]);
        return rows;
      } finally {
        underWay -= 1;
        await link.held;
      }
    },
  });

  function linked() {
    const database = databases[replicas++ % SESSIONS] as PostgresDatabase;
    const link: Link = {};
    return {
      create: createSharedLimiters({ ...database, pace: questionsOf(database, link) }),
      link,
    };
  }

  return {
    linked,
    replica: () => linked().create,
    async settled() {
      // An answer may have more asked.
      for (let quiet = 0; quiet < 3; quiet++) {
        await new Promise(setImmediate);
        if (underWay > 0) quiet = -1;
      }
    },
    setClock(byMs) {
      aheadMs += byMs;
    },
    latenessMs: 100,
    get asks() {
      return asks;
    },
    database: databases[0] as PostgresDatabase,
  };
}

/** Those of the running test, empty. */
let opened: Promise<readonly PostgresDatabase[]> | undefined;

async function openDatabases(): Promise<readonly PostgresDatabase[]> {
  if (!opened) {
    opened = open();
    onTestFinished(() => {
      opened = undefined;
    });
  }
  const databases = await opened;
  await databases[0]?.pace.write({ sql: "TRUNCATE pace, pace_lines", values: [] });
  return databases;
}

async function open(): Promise<readonly PostgresDatabase[]> {
  const url = await createTables();
  // To them no time passes: else they would ask by themselves whether their sessions are still there.
  const clock = { now: () => 0, monotonic: () => 0 };
  const first = await openReplica(url, { clock });
  return [first, await openReplica(url, { clock }), await openReplica(url, { clock })];
}
