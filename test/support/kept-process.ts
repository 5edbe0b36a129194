import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

/** A server that ends with this process, however that ends. */
export interface KeptProcess {
  readonly hasEnded: boolean;
  /** Ends it. `keep`: its folder stays; else it is removed. */
  end(folder?: "keep"): Promise<void>;
}

/** Ends the server when its own standard input has been closed, which happens also when this process is killed. */
const KEEPER = `"$@" & server=$!
kept=$(cat)
kill -s $SIGNAL $server; wait $server
[ "$kept" = keep ] || rm -rf "$FOLDER"`;

export function startKept(
  command: readonly string[],
  folder: string,
  signal: "INT" | "TERM",
  user: User | undefined,
): KeptProcess {
  const keeper = spawn("sh", ["-c", KEEPER, "sh", ...command], {
    cwd: folder,
    stdio: ["pipe", "ignore", "ignore"],
    env: { FOLDER: folder, SIGNAL: signal, PATH: "/usr/bin:/bin" },
    ...user,
  });
  const ended = once(keeper, "exit");
  return {
    get hasEnded() {
      return keeper.exitCode !== null;
    },
    async end(kept) {
      keeper.stdin.end(kept);
      await ended;
    },
  };
}

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres and its relatives refuse to run as root; then they run as the user that Debian's package has made. */
export async function findUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (flag: string) =>
    Number((await promisify(execFile)("id", [flag, "postgres"])).stdout);
  return { uid: await id("-u"), gid: await id("-g") };
}
