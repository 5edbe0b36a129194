import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { readConfig } from "../../src/config/read-config.ts";
import { SECRET_VARIABLES } from "../../src/config/variables.ts";
import { MINIMAL_ENV } from "../support/minimal-env.ts";
import { startWorld } from "../support/world.ts";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, "examples/systemd");
const ONE = "parley-bridge.service";
const REPLICA = "parley-bridge@.service";
const RUN_TOOL = "run-tool";

const read = (name: string) => readFileSync(join(FOLDER, name), "utf8");

/** What a unit says for this name, in its order. */
const settings = (unit: string, name: RegExp): string[] =>
  read(unit)
    .split("\n")
    .filter((line) => name.test(line.split("=")[0] ?? ""));

const RIGHTS =
  /^(Protect|Proc|Restrict(?!Prevent)|NoNew|Capab|Ambient|Private|SystemCall|UMask|Lock|RemoveIPC|User)/;

describe.each([ONE, REPLICA])("the unit %s", (unit) => {
  it("starts the program as npm start does", () => {
    const [, flags] = / \|\| node (.*)$/.exec(packageJson.scripts.start) ?? [];
    const [start = ""] = settings(unit, /^ExecStart$/);
    const [, folder] = settings(unit, /^WorkingDirectory$/)[0]?.split("=") ?? [];
    expect(start).toBe(`ExecStart=${folder}/node_modules/.bin/node ${flags}`);
    expect(read(RUN_TOOL)).toContain(`cd ${folder}\n`);
  });

  it("gives each secret that is needed to the bridge as a file of systemd's, called as its variable", () => {
    const secrets: readonly string[] = SECRET_VARIABLES;
    const needed = Object.keys(MINIMAL_ENV).filter((name) => secrets.includes(name));
    const given = unit === REPLICA ? [...needed, "PGPASSWORD"] : needed;
    const names = given.map((variable) => [variable, variable.toLowerCase()]);
    expect(settings(unit, /^LoadCredential$/)).toEqual(
      names.map(([, name]) => `LoadCredential=${name}:/etc/parley-bridge/${name}`),
    );
    expect(settings(unit, /^Environment$/).filter((line) => line.includes("_FILE="))).toEqual(
      names.map(([variable, name]) => `Environment=${variable}_FILE=%d/${name}`),
    );
  });

  it("has the rights that the others have", () => {
    const rights = settings(unit, RIGHTS);
    expect(rights.length).toBeGreaterThan(25);
    expect(rights).toEqual(settings(ONE, RIGHTS));
    // Node makes machine code while it runs.
    expect(read(unit)).not.toContain("MemoryDenyWriteExecute");
  });

  const ANALYZE = "/usr/bin/systemd-analyze";
  const isThere = existsSync(ANALYZE);

  it.skipIf(!isThere)("is understood by systemd", async () => {
    const folder = await mkdtemp(join(tmpdir(), "units-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    // The program and its user are not on this machine.
    const here = read(unit)
      .replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`)
      .replace(/^User=.*$/m, "User=root");
    await writeFile(join(folder, unit), here);
    const { stderr } = await promisify(execFile)(ANALYZE, [
      "verify",
      "--recursive-errors=no",
      join(folder, unit.replace("@.", "@3001.")),
    ]);
    expect(stderr).toBe("");
  });

  it.skipIf(!isThere)("leaves the program few rights, says systemd", async () => {
    const { stdout } = await promisify(execFile)(ANALYZE, [
      ...["security", "--offline=true", "--no-pager", "--threshold=15"],
      join(FOLDER, unit),
    ]);
    expect(stdout).toMatch(/Overall exposure level for .*: \d\.\d OK/);
  });
});

describe("the units", () => {
  it("are these", () => {
    expect(
      globSync(join(FOLDER, "*"))
        .map((path) => basename(path))
        .sort(),
    ).toEqual([ONE, REPLICA, RUN_TOOL].sort());
  });

  it.each([ONE, REPLICA])(
    "let the bridge stop by itself, and do not start it in vain: %s",
    (unit) => {
      const [, seconds] = settings(unit, /^TimeoutStopSec$/)[0]?.split("=") ?? [];
      expect(Number(seconds) * 1000).toBeGreaterThan(readConfig(MINIMAL_ENV).stopDeadlineMs);
      expect(settings(unit, /^Restart/)).toContain("RestartPreventExitStatus=78");
    },
  );

  it("have a folder for the state of one bridge, and a port for each replica", () => {
    expect(read(REPLICA)).toMatch(/^Environment=PORT=%i$/m);
    expect(settings(REPLICA, /^StateDirectory/)).toEqual([]);
    expect(settings(ONE, /^StateDirectory/)).toEqual([
      "StateDirectory=parley-bridge",
      "StateDirectoryMode=0700",
    ]);
  });
});

describe("run-tool", () => {
  it.skipIf(process.getuid?.() !== 0)(
    "runs a tool with the secrets that root alone may read, and what it is given",
    async () => {
      const world = await startWorld({ stopped: true });
      const folder = await mkdtemp(join(tmpdir(), "run-tool-"));
      onTestFinished(() => rm(folder, { recursive: true }));
      const secrets = Object.keys(world.env).filter((name) =>
        SECRET_VARIABLES.some((secret) => secret === name && secret !== "STATE_URL"),
      );
      expect(secrets.length).toBeGreaterThan(2);
      for (const name of secrets) {
        await writeFile(join(folder, name.toLowerCase()), `${world.env[name]}\n`, { mode: 0o600 });
      }
      // What an editor leaves beside a secret, and which is none.
      await writeFile(join(folder, "slack_bot_token~"), "xoxb-earlier\n");
      await writeFile(join(folder, "slack_bot_token.bak"), "xoxb-earlier\n");
      const others = Object.entries(world.env).filter(([name]) => !secrets.includes(name));
      // The program, its user and its folders are not on this machine.
      const here = read(RUN_TOOL)
        .replace("/opt/parley-slack-bridge", ROOT)
        .replace("/etc/parley-bridge", folder)
        .replaceAll("=parley-bridge", "=root");

      const run = async (...args: readonly string[]) =>
        await promisify(execFile)("sh", ["-c", here, "run-tool", ...args], {
          env: { PATH: process.env.PATH ?? "", ...Object.fromEntries(others) },
        });

      expect((await run("doctor")).stdout).toContain("All is well.");
      expect((await run("audit", "--help")).stdout).toContain("Usage: npm run audit");
    },
  );
});
