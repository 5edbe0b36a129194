import { execFile, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findFreePort } from "./free-port.ts";
import { pause } from "./load.ts";
import { processSeconds, readProc } from "./processor.ts";

const run = promisify(execFile);

/** A Postgres of its own, as `initdb` sets it up: every commit is synced to disk. */
export interface Postgres {
  readonly url: string;
  /** Of all its processes since the start. */
  cpuSeconds(): number | undefined;
  stop(): Promise<void>;
}

const PROGRAMS = "/usr/lib/postgresql";
const READY_WITHIN_MS = 60_000;

/** Where Debian's package has the programs of its newest Postgres; `undefined`: there is none. */
export function findPostgres(): string | undefined {
  if (!existsSync(PROGRAMS)) return undefined;
  const versions = readdirSync(PROGRAMS).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(PROGRAMS, version, "bin"))
    .find((folder) => existsSync(join(folder, "initdb")));
}

export async function startPostgres(): Promise<Postgres> {
  const programs = findPostgres();
  if (!programs) throw new Error(`there is no Postgres in ${PROGRAMS}`);
  const user = await findUser();
  const folder = await mkdtemp(join(tmpdir(), "bench-postgres-"));
  if (user) await chown(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const port = await findFreePort();
  const at = ["-h", "127.0.0.1", "-p", String(port)];
  const options: SpawnOptions = { cwd: folder, stdio: "ignore", ...user };
  await run(
    join(programs, "initdb"),
    ["-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"],
    { cwd: folder, ...user },
  );
  const server = spawn(join(programs, "postgres"), ["-D", data, "-k", folder, ...at], options);
  const killNow = () => server.kill("SIGQUIT");
  process.once("exit", killNow);
  const ended = once(server, "exit");
  const endsAt = performance.now() + READY_WITHIN_MS;
  const isReady = () =>
    run(join(programs, "pg_isready"), at).then(
      () => true,
      () => false,
    );
  while (!(await isReady())) {
    if (server.exitCode !== null || performance.now() > endsAt) {
      throw new Error(`Postgres did not start in ${folder}`);
    }
    await pause(50);
  }

  return {
    url: `postgres://bench@127.0.0.1:${port}/postgres`,
    cpuSeconds() {
      const children = readProc(`${server.pid}/task/${server.pid}/children`)?.trim().split(" ");
      const pids = [server.pid, ...(children ?? []).map(Number)];
      return pids.reduce<number | undefined>((all, pid = 0) => {
        const seconds = processSeconds(pid);
        return seconds === undefined ? all : (all ?? 0) + seconds;
      }, undefined);
    },
    async stop() {
      // "Fast": it does not wait for its clients.
      server.kill("SIGINT");
      await ended;
      process.off("exit", killNow);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Postgres refuses to run as root; then it runs as the user that its package has made. */
async function findUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (flag: string) => Number((await run("id", [flag, "postgres"])).stdout);
  return { uid: await id("-u"), gid: await id("-g") };
}
