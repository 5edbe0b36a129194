import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { MACHINE_PATH, shellEnv } from "../support/npm.ts";
import { spawnBridge, startBridgeProcess } from "../support/process.ts";
import { startWorld } from "../support/world.ts";

const ROOT = join(import.meta.dirname, "../..");

/** All that an installation and the bridge may call: no compiler, no make, no Python, no git. */
const TOOLS = ["node", "npm", "sh", "env", "uname", "dirname", "basename", "sed", "readlink"];

/** A folder of links to these tools of the machine, to be the whole PATH. */
async function pathOfTools(folder: string): Promise<string> {
  await mkdir(folder);
  for (const name of TOOLS) {
    const places = MACHINE_PATH.split(delimiter).map((place) => join(place, name));
    const found = places.find((place) => existsSync(place));
    if (found) await symlink(found, join(folder, name));
  }
  return folder;
}

const ENDED_WELL = { code: 0, signal: null };

const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONN(REFUSED|RESET)|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH/;

it("installs without a compiler what the bridge and its tools need", async ({ skip }) => {
  const folder = await mkdtemp(join(tmpdir(), "production-install-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of [
    ".npmrc",
    "package.json",
    "package-lock.json",
    "sandbox/package.json",
    "src",
  ]) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  }
  const PATH = await pathOfTools(join(folder, "tools"));

  const install = ["ci", "--omit=dev", "--prefer-offline"];
  await promisify(execFile)("npm", install, { cwd: folder, env: { ...shellEnv(), PATH } }).catch(
    (error: Error) => {
      if (!UNREACHABLE.test(error.message)) throw error;
      skip("the registry cannot be reached");
    },
  );

  const installed = await readdir(join(folder, "node_modules"));
  expect(installed).toContain("got");
  expect(installed).not.toContain("vitest");
  const npm = (...args: readonly string[]) => ({ command: ["npm", ...args], folder });
  const world = await startWorld({ stopped: true });

  const doctor = spawnBridge({ ...world.env, PATH }, npm("run", "--silent", "doctor"));
  expect(await doctor.exited).toEqual(ENDED_WELL);
  expect(doctor.stdout).toContain("All is well.");

  const start = npm("start", "--silent");
  const bridge = await startBridgeProcess(world, { PATH }, start);
  const copy = join(folder, "copy.sqlite");
  const backup = npm("run", "--silent", "backup", "--", copy);
  expect(await spawnBridge({ ...world.env, PATH }, backup).exited).toEqual(ENDED_WELL);
  bridge.signal("SIGTERM");
  expect(await bridge.exited).toEqual(ENDED_WELL);

  const restore = npm("run", "--silent", "restore", "--", copy);
  expect(await spawnBridge({ ...world.env, PATH }, restore).exited).toEqual(ENDED_WELL);
  const letters = npm("run", "--silent", "dead-letters", "--", "list");
  expect(await spawnBridge({ ...world.env, PATH }, letters).exited).toEqual(ENDED_WELL);
}, 300_000);
