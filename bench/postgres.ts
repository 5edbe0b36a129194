import { Client } from "pg";
import { startPostgresServer } from "../test/support/postgres-server.ts";
import { pause } from "./load.ts";
import { processSeconds, readProc } from "./processor.ts";

/** A Postgres of its own, as `initdb` sets it up: every commit is synced to disk. It counts statements, too. */
export interface Postgres {
  /** Of an empty database. */
  readonly url: string;
  /** Of all its processes since the start. */
  cpuSeconds(): number | undefined;
  /** Takes more than a second, because its sessions tell what they did only once a second. */
  counts(): Promise<DatabaseCounts>;
  /** The statements that it was busy with since the start. */
  statements(): Promise<StatementCount[]>;
  stop(): Promise<void>;
}

export interface DatabaseCounts {
  /** Those that take locks included; what begins and ends transactions is not counted when it is prepared. */
  readonly statements: number;
  /** Of reading statements by themselves, too. */
  readonly commits: number;
  /** How often its log was synced to disk; some versions do not tell. */
  readonly syncs: number | undefined;
}

export interface StatementCount {
  readonly text: string;
  readonly calls: number;
  /** How often it was planned: a prepared one is not planned each time. */
  readonly plans: number;
  /** Planning and running, of all calls together. */
  readonly ms: number;
}

const DATABASE = "bridge";
const TOLD_WITHIN_MS = 1_200;

const OF_DATABASE = `FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = '${DATABASE}')`;
const COUNTS = `SELECT
  (SELECT coalesce(sum(calls), 0)::int ${OF_DATABASE}) AS statements,
  (SELECT xact_commit::int FROM pg_stat_database WHERE datname = '${DATABASE}') AS commits,
  (SELECT (to_jsonb(pg_stat_wal) ->> 'wal_sync')::int FROM pg_stat_wal) AS syncs`;
const STATEMENTS = `SELECT query AS text, sum(calls)::int AS calls, sum(plans)::int AS plans,
  sum(total_plan_time + total_exec_time) AS ms ${OF_DATABASE} GROUP BY query`;

export async function startPostgres(): Promise<Postgres> {
  const server = await startPostgresServer({
    shared_preload_libraries: "pg_stat_statements",
    "pg_stat_statements.track_planning": "on",
  });
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${DATABASE}`);
  await client.query("CREATE EXTENSION pg_stat_statements");
  const url = new URL(server.url);
  url.pathname = DATABASE;
  return {
    url: url.href,
    cpuSeconds() {
      const { pid } = server;
      const children = readProc(`${pid}/task/${pid}/children`)?.trim().split(" ");
      return [pid, ...(children ?? []).map(Number)].reduce<number | undefined>((all, each) => {
        const seconds = processSeconds(each);
        return seconds === undefined ? all : (all ?? 0) + seconds;
      }, undefined);
    },
    async counts() {
      await pause(TOLD_WITHIN_MS);
      const { rows } = await client.query<Nullable<DatabaseCounts>>(COUNTS);
      const [{ statements, commits, syncs } = {}] = rows;
      return { statements: statements ?? 0, commits: commits ?? 0, syncs: syncs ?? undefined };
    },
    async statements() {
      return (await client.query<StatementCount>(STATEMENTS)).rows;
    },
    async stop() {
      await client.end();
      await server.stop();
    },
  };
}

type Nullable<Shape> = { readonly [Key in keyof Shape]?: Shape[Key] | null };
