import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chown, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { findFreePort } from "../../bench/free-port.ts";
import { findUser, type KeptProcess, startKept } from "./kept-process.ts";

const run = promisify(execFile);

/** A PostgreSQL of its own on loopback, in a folder of its own. It ends with this process, however that ends. */
export interface PostgresServer {
  /** Of its superuser, who needs no password, in the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Of its main process at present. */
  readonly pid: number;
  /** Ends it, by default without waiting for its clients; `immediate`: as if it had crashed. Then it starts again on its port. */
  restart(how?: StopMode): Promise<void>;
  /** Only ends it; what was stored stays. */
  halt(how?: StopMode): Promise<void>;
  /** After `halt`. */
  start(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

type StopMode = "fast" | "immediate";

/** As `initdb` sets it up, but for these settings of `postgresql.conf`. */
type Settings = Readonly<Record<string, string | number>>;

/** For tests that look at what is stored only while it runs: nothing is synced to disk. */
export const QUICK: Settings = { fsync: "off", full_page_writes: "off", max_connections: 200 };

const PROGRAMS = "/usr/lib/postgresql";
const READY_WITHIN_MS = 60_000;
const SUPERUSER = "bench";
const SIGNALS = { fast: "SIGINT", immediate: "SIGQUIT" } as const;

/** Where Debian's package has the programs of its newest Postgres; `undefined`: there is none. */
export function findPostgres(): string | undefined {
  if (!existsSync(PROGRAMS)) return undefined;
  const versions = readdirSync(PROGRAMS).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(PROGRAMS, version, "bin"))
    .find((folder) => existsSync(join(folder, "initdb")));
}

export async function startPostgresServer(settings: Settings = {}): Promise<PostgresServer> {
  const programs = findPostgres();
  if (!programs) throw new Error(`there is no Postgres in ${PROGRAMS}`);
  const user = await findUser();
  const folder = await mkdtemp(join(tmpdir(), "postgres-"));
  if (user) await chown(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const port = await findFreePort();
  await run(
    join(programs, "initdb"),
    ["-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { cwd: folder, ...user },
  );
  const at = ["-h", "127.0.0.1", "-p", String(port)];
  const set = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const command = [join(programs, "postgres"), "-D", data, "-k", folder, ...at, ...set];
  let server: KeptProcess;

  async function start(): Promise<void> {
    server = startKept(command, folder, "INT", user);
    const endsAt = performance.now() + READY_WITHIN_MS;
    const isReady = () =>
      run(join(programs ?? "", "pg_isready"), at).then(
        () => true,
        () => false,
      );
    while (!(await isReady())) {
      if (server.hasEnded || performance.now() > endsAt) {
        throw new Error(`Postgres did not start in ${folder}`);
      }
      await pause(20);
    }
  }

  const pidOf = () => Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]);

  async function halt(how: StopMode = "fast"): Promise<void> {
    process.kill(pidOf(), SIGNALS[how]);
    await server.end("keep");
  }

  await start();
  return {
    url: `postgres://${SUPERUSER}@127.0.0.1:${port}/postgres`,
    port,
    get pid() {
      return pidOf();
    },
    async restart(how) {
      await halt(how);
      await start();
    },
    halt,
    start,
    stop: () => server.end(),
  };
}
