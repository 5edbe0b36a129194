import { startPostgresServer } from "../test/support/postgres-server.ts";
import { processSeconds, readProc } from "./processor.ts";

/** A Postgres of its own, as `initdb` sets it up: every commit is synced to disk. */
export interface Postgres {
  readonly url: string;
  /** Of all its processes since the start. */
  cpuSeconds(): number | undefined;
  stop(): Promise<void>;
}

export async function startPostgres(): Promise<Postgres> {
  const server = await startPostgresServer();
  const { url, pid, stop } = server;
  return {
    url,
    cpuSeconds() {
      const children = readProc(`${pid}/task/${pid}/children`)?.trim().split(" ");
      return [pid, ...(children ?? []).map(Number)].reduce<number | undefined>((all, each) => {
        const seconds = processSeconds(each);
        return seconds === undefined ? all : (all ?? 0) + seconds;
      }, undefined);
    },
    stop,
  };
}
