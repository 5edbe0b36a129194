import { join } from "node:path";
import {
  type DatabaseCounts,
  type Postgres,
  type StatementCount,
  startPostgres,
} from "./postgres.ts";
import { type Program, type Running, startProgram } from "./running.ts";
import type { Upstreams } from "./upstreams.ts";

/** A program, and how it runs. */
export interface Subject {
  readonly program: Program;
  /** So many equal processes of the bridge on one Postgres; missing: one on SQLite. */
  readonly replicas?: number | undefined;
}

/** A program under measurement: one process, or several replicas, and its database if that is another process. */
export interface Target {
  /** Of each of its processes. */
  readonly urls: readonly string[];
  /** Of the slowest one, from spawning it to the first 200 of `/readyz`. */
  readonly startSeconds: number;
  /** Of all its processes since their start, its database's too; `undefined` where the system does not tell. */
  cpuSeconds(): number | undefined;
  /** What of it was the database's. */
  databaseCpuSeconds(): number | undefined;
  /** What the database has done since its start; `undefined`: it has none of its own. */
  databaseCounts(): Promise<DatabaseCounts | undefined>;
  /** The statements that its database was busy with since its start; none if it has none of its own. */
  statements(): Promise<readonly StatementCount[]>;
  /** Resident memory of its processes in MB: now, and at its highest since the start. */
  memory(): { readonly now: number; readonly peak: number };
  stop(): Promise<void>;
}

export interface TargetOptions extends Subject {
  readonly upstreams: Upstreams;
  /** Where its state and its log go; a second start in the same folder finds the state. */
  readonly folder: string;
  readonly postsPerSecond?: string | undefined;
  /** Node writes a CPU profile there. */
  readonly profileFolder?: string | undefined;
}

export async function startTarget(options: TargetOptions): Promise<Target> {
  const { program, replicas, ...rest } = options;
  const hasDatabase = program === "chat-sdk" || replicas !== undefined;
  const database = hasDatabase ? await startPostgres() : undefined;
  try {
    const stateUrl = database?.url ?? `sqlite:${statePath(options.folder)}`;
    const names = Array.from({ length: replicas ?? 1 }, (_, index) => `${program}-${index}`);
    const processes = await Promise.all(
      names.map((name) => startProgram({ ...rest, program, name, stateUrl })),
    );
    return toTarget(processes, database);
  } catch (error) {
    await database?.stop();
    throw error;
  }
}

function toTarget(processes: readonly Running[], database: Postgres | undefined): Target {
  const databaseCpuSeconds = () => (database ? database.cpuSeconds() : 0);
  return {
    urls: processes.map(({ url }) => url),
    startSeconds: Math.max(...processes.map(({ startSeconds }) => startSeconds)),
    cpuSeconds: () => total([...processes.map((each) => each.cpuSeconds()), databaseCpuSeconds()]),
    databaseCpuSeconds,
    databaseCounts: async () => await database?.counts(),
    statements: async () => (await database?.statements()) ?? [],
    memory() {
      const all = processes.map((each) => each.memory());
      return {
        now: total(all.map(({ now }) => now)) ?? Number.NaN,
        peak: total(all.map(({ peak }) => peak)) ?? Number.NaN,
      };
    },
    async stop() {
      await Promise.all(processes.map((each) => each.stop()));
      await database?.stop();
    },
  };
}

const total = (values: readonly (number | undefined)[]): number | undefined =>
  values.reduce(
    (all, each) => (all === undefined || each === undefined ? undefined : all + each),
    0,
  );

export const statePath = (folder: string): string => join(folder, "bridge.sqlite");
