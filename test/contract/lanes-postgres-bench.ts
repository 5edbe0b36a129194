import { openPostgres, type PostgresDatabase } from "../../src/state/postgres/open-postgres.ts";
import { createPostgresClaims } from "../../src/state/postgres/postgres-claims.ts";
import { openPostgresJournal } from "../../src/state/postgres/postgres-journal.ts";
import { mortal } from "../support/mortal.ts";
import { createTables, query } from "../support/postgres.ts";
import {
  createEngine,
  type Engine,
  type EngineOptions,
  type LanesBench,
  stayUntilDeath,
} from "./lanes-bench.ts";

const FAIL = `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk full'; END $$;
  CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION fail()`;

/** The embedded lanes on a PostgreSQL database of their own. Each engine is a replica. */
export async function openPostgresBench(): Promise<LanesBench> {
  const url = await createTables();
  let process = { alive: true };
  const engines = new Map<Pick<Engine<never>, "stop">, PostgresDatabase>();
  const closeAll = () => Promise.all([...engines.values()].map((database) => database.close()));

  return {
    ...onPostgres(url),

    async engine<Body>(options: EngineOptions = {}) {
      const owner = process;
      const isAlive = () => owner.alive;
      const database = await openPostgres(url, { access: "own" });
      const claims = createPostgresClaims(database);
      const journal = mortal(openPostgresJournal(database, "outbox", claims), isAlive);
      const stay = stayUntilDeath(isAlive);
      const lanes = createEngine<Body>({ journal, claims, isAlive, stay }, options);
      engines.set(lanes, database);
      return lanes;
    },

    async crash() {
      process.alive = false;
      process = { alive: true };
      await closeAll();
      engines.clear();
    },

    async close() {
      await Promise.all([...engines.keys()].map((lanes) => lanes.stop()));
      await closeAll();
    },
  };
}

/** What a bench does to the tables. */
export function onPostgres(url: string): Pick<LanesBench, "failWrites" | "failReads" | "damage"> {
  return {
    async failWrites(fail) {
      await query(url, "DROP TRIGGER IF EXISTS fail ON outbox; DROP FUNCTION IF EXISTS fail");
      if (fail) await query(url, FAIL);
    },

    async failReads(fail) {
      const [from, to] = fail ? ["outbox", "outbox_away"] : ["outbox_away", "outbox"];
      await query(url, `ALTER TABLE ${from} RENAME TO ${to}`);
    },

    async damage(id, what) {
      const damaged =
        what === "error" ? "error = '{\"half', notice = NULL" : "progress = '{\"half'";
      await query(url, `UPDATE outbox SET ${damaged} WHERE id = $1`, [id]);
    },
  };
}
