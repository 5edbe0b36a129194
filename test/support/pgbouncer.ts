import { existsSync } from "node:fs";
import { chown, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { findFreePort } from "../../bench/free-port.ts";
import { findUser, startKept } from "./kept-process.ts";
import { query } from "./postgres.ts";

const PROGRAM = "/usr/sbin/pgbouncer";

export const hasPgBouncer = existsSync(PROGRAM);
if (!hasPgBouncer) {
  process.stderr.write("skipped: tests of PgBouncer, which need Debian's package pgbouncer\n");
}

export type PoolMode = "session" | "transaction" | "statement";

/** A PgBouncer before the server of an address, gone when the test ends; the same address through it. */
export async function startPgBouncer(
  url: string,
  mode: PoolMode,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<string> {
  const { hostname, port, username, password } = new URL(url);
  const user = await findUser();
  const folder = await mkdtemp(join(tmpdir(), "pgbouncer-"));
  const own = await findFreePort();
  const all = {
    listen_addr: "127.0.0.1",
    listen_port: own,
    unix_socket_dir: "",
    auth_type: "trust",
    auth_file: join(folder, "users"),
    pool_mode: mode,
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const config = join(folder, "pgbouncer.ini");
  await writeFile(
    config,
    `[databases]\n* = host=${hostname} port=${port}\n[pgbouncer]\n${lines.join("\n")}\n`,
  );
  await writeFile(all.auth_file, `"${username}" "${decodeURIComponent(password)}"\n`);
  if (user) {
    for (const path of [folder, config, all.auth_file]) await chown(path, user.uid, user.gid);
  }
  const bouncer = startKept([PROGRAM, config], folder, "TERM", user);
  onTestFinished(() => bouncer.end());
  const through = new URL(url);
  through.port = String(own);
  await expect
    .poll(() =>
      query(through.href, "SELECT 1").then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  return through.href;
}
