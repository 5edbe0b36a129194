import { execFileSync } from "node:child_process";
import { copyFile, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { MACHINE_PATH } from "../support/npm.ts";
import { type BridgeProcess, spawnBridge, startBridgeProcess } from "../support/process.ts";
import { type Env, startWorld } from "../support/world.ts";

const ROOT = join(import.meta.dirname, "../..");

const EXIT_CONFIG = 78;

const hasBash = (() => {
  try {
    execFileSync("bash", ["-c", "true"]);
    return true;
  } catch {
    return false;
  }
})();

/** The shells that npm may run a script in. Those called `sh` differ: some stay as a parent that keeps signals to itself. */
const SHELLS = ["sh", ...(hasBash ? ["bash"] : [])];

/** A folder with the project in it as it was cloned and installed, and no `.env`. */
async function projectFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "npm-start-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await copyFile(join(ROOT, "package.json"), join(folder, "package.json"));
  for (const name of ["src", "node_modules"]) await symlink(join(ROOT, name), join(folder, name));
  return folder;
}

/** To start the bridge through npm in this shell. */
const npmStart = (folder: string, shell: string) => ({
  command: ["npm", "start", "--silent", `--script-shell=${shell}`],
  folder,
});

const NPM_ENV: Env = { PATH: MACHINE_PATH, npm_config_logs_max: "0" };

const last = ({ lines }: BridgeProcess) => lines.at(-1)?.msg;

it.each(SHELLS.flatMap((shell) => [[shell, "SIGTERM"] as const, [shell, "SIGINT"] as const]))(
  "stops in order, and npm with it, when npm under %s gets %s",
  async (shell, signal) => {
    const world = await startWorld({ stopped: true });
    const bridge = await startBridgeProcess(world, NPM_ENV, npmStart(await projectFolder(), shell));

    bridge.signal(signal);

    expect(await bridge.exited).toEqual({ code: 0, signal: null });
    expect(last(bridge)).toBe("app.stopped");
  },
);

it("runs on the pinned Node, whatever the machine has", async () => {
  const world = await startWorld({ stopped: true });
  const bridge = await startBridgeProcess(world, NPM_ENV, npmStart(await projectFolder(), "sh"));

  const { node } = await bridge.line("app.started");
  const pinned = new Set(Object.values(packageJson.optionalDependencies));
  expect([...pinned].map((version) => `v${version}`)).toEqual([node]);
});

it("keeps what it has compiled for the next start while it still runs, because it may be killed", async () => {
  const world = await startWorld({ stopped: true });
  const folder = await projectFolder();
  const cache = join(folder, "cache");
  const env = { ...NPM_ENV, NODE_COMPILE_CACHE: cache };
  await startBridgeProcess(world, env, npmStart(folder, "sh"));

  const countKept = async () => (await readdir(cache, { recursive: true })).length;
  await expect.poll(countKept, { timeout: 10_000 }).toBeGreaterThan(100);
});

it("takes an empty name of a folder for compiled code for none, and leaves nothing where it runs", async () => {
  const world = await startWorld({ stopped: true });
  const folder = await projectFolder();
  const before = await readdir(folder);

  await startBridgeProcess(world, { ...NPM_ENV, NODE_COMPILE_CACHE: "" }, npmStart(folder, "sh"));

  expect(await readdir(folder)).toEqual(before);
});

it.each(SHELLS)(
  "lets npm under %s end with the exit code of a wrong configuration",
  async (shell) => {
    const bridge = spawnBridge(NPM_ENV, npmStart(await projectFolder(), shell));

    expect(await bridge.exited).toEqual({ code: EXIT_CONFIG, signal: null });
    expect(bridge.stderr).toContain("The bridge cannot start:");
  },
);

it.skipIf(!hasBash)("starts in a shell that does not know exec, as on Windows", async () => {
  const folder = await projectFolder();
  const shell = join(folder, "shell");
  const script = ["#!/usr/bin/env bash", "enable -n exec", 'eval "$2"', ""].join("\n");
  await writeFile(shell, script, { mode: 0o700 });

  const bridge = spawnBridge(NPM_ENV, npmStart(folder, shell));

  expect(await bridge.exited).toEqual({ code: EXIT_CONFIG, signal: null });
  expect(bridge.stderr).toContain("The bridge cannot start:");
});

it.each(SHELLS)("hands its arguments on, with npm under %s", async (shell) => {
  const { command, folder } = npmStart(await projectFolder(), shell);
  const bridge = spawnBridge(NPM_ENV, { command: [...command, "--", "--version"], folder });

  expect(await bridge.exited).toEqual({ code: 0, signal: null });
  expect(bridge.stdout).toBe(`${packageJson.version}\n`);
});

it.each([
  ["start", /^Usage: node src\/start\.js /],
  ["doctor", /^Usage: npm run doctor /],
  ["dead-letters", /^Usage: npm run dead-letters /],
])("explains npm run %s with --help, where nothing is set up yet", async (script, says) => {
  const folder = await projectFolder();
  const command = ["npm", "run", "--silent", script, "--", "--help"];
  const helped = spawnBridge(NPM_ENV, { command, folder });

  expect(await helped.exited).toEqual({ code: 0, signal: null });
  expect(helped.stdout).toMatch(says);
});

it("says so where an older Node of the machine runs it", async () => {
  const older = 'Object.defineProperty(process.versions, "node", { value: "22.17.0" });';
  const importOlder = `--import=data:text/javascript,${encodeURIComponent(older)}`;
  const bridge = spawnBridge({}, { command: [process.execPath, importOlder, "src/start.js"] });

  expect(await bridge.exited).toEqual({ code: EXIT_CONFIG, signal: null });
  expect(bridge.stderr).toMatch(/^The bridge needs Node 24, but runs on 22\.17\.0\. .*npm ci/);
});
