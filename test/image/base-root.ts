import { execFile } from "node:child_process";
import { cp, mkdir, realpath, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { MACHINE_PATH } from "../support/npm.ts";

const run = promisify(execFile);

/**
 * Makes a root that stands in for Node's official image: Debian's base system by `debootstrap`, the pinned Node, the machine's
 * npm, and the user `node` with the id 1000. The variable `DEBIAN_ROOT` may name a folder in which `debootstrap` has made that base
 * before, which takes most of the time.
 */
export async function makeBaseRoot(root: string, debian: string): Promise<void> {
  const { DEBIAN_ROOT: made } = process.env;
  await (made
    ? run("cp", ["-a", made, root])
    : run("debootstrap", ["--variant=minbase", debian, root]));
  const local = join(root, "usr/local");
  await cp(process.execPath, join(local, "bin/node"), { dereference: true });
  const { stdout } = await run("which", ["npm"], { env: { PATH: MACHINE_PATH } });
  const npm = dirname(dirname(await realpath(stdout.trim())));
  await mkdir(join(local, "lib/node_modules"), { recursive: true });
  await cp(npm, join(local, "lib/node_modules/npm"), { recursive: true });
  await symlink("../lib/node_modules/npm/bin/npm-cli.js", join(local, "bin/npm"));
  await run("chroot", [root, "groupadd", "--gid", "1000", "node"]);
  await run("chroot", [root, "useradd", "--uid", "1000", "--gid", "node", "--create-home", "node"]);
  // The machine's way to the registry.
  await cp("/etc/resolv.conf", join(root, "etc/resolv.conf"), { dereference: true });
  const { NODE_EXTRA_CA_CERTS: certificates } = process.env;
  if (certificates) await cp(certificates, join(root, "etc/registry.pem"), { dereference: true });
}
