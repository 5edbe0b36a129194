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

const FOLDER = join(import.meta.dirname, "../../examples/systemd");
const ONE = "parley-bridge.service";
const REPLICA = "parley-bridge@.service";
const TOOL = "parley-bridge-tool@.service";

const read = (name: string) => readFileSync(join(FOLDER, name), "utf8");

/** What a unit says for this name, in its order. */
const settings = (unit: string, name: RegExp): string[] =>
  read(unit)
    .split("\n")
    .filter((line) => name.test(line.split("=")[0] ?? ""));

const RIGHTS =
  /^(Protect|Proc|Restrict(?!Prevent)|NoNew|Capab|Ambient|Private|SystemCall|UMask|Lock|RemoveIPC|User)/;

describe.each([ONE, REPLICA, TOOL])("the unit %s", (unit) => {
  const credentials = settings(unit, /^LoadCredential$/).map((line) => line.split(/[=:]/)[1] ?? "");

  it("starts the program as npm start does", () => {
    const [, flags] = / \|\| node (.*)$/.exec(packageJson.scripts.start) ?? [];
    const [start = ""] = settings(unit, /^ExecStart$/);
    const [, folder] = settings(unit, /^WorkingDirectory$/)[0]?.split("=") ?? [];
    const tool = unit === TOOL ? " %i" : "";
    expect(start).toBe(`ExecStart=${folder}/node_modules/.bin/node ${flags}${tool}`);
  });

  it("gives each secret that is needed to the bridge as a file of systemd's", () => {
    const files = settings(unit, /^Environment$/).flatMap((line) => {
      const [, variable, path = ""] = /^Environment=(\w+)_FILE=%d\/(.*)$/.exec(line) ?? [];
      return variable === undefined ? [] : [[variable, path] as const];
    });
    expect(files.map(([, path]) => path)).toEqual(credentials);
    const given = files.map(([variable]) => variable);
    const secrets: readonly string[] = SECRET_VARIABLES;
    const needed = Object.keys(MINIMAL_ENV).filter((name) => secrets.includes(name));
    expect(given).toEqual(unit === REPLICA ? [...needed, "PGPASSWORD"] : needed);
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
    ).toEqual([ONE, REPLICA, TOOL].sort());
  });

  it.each([ONE, REPLICA])(
    "let the bridge stop by itself, and do not start it in vain: %s",
    (unit) => {
      const [, seconds] = settings(unit, /^TimeoutStopSec$/)[0]?.split("=") ?? [];
      expect(Number(seconds) * 1000).toBeGreaterThan(readConfig(MINIMAL_ENV).stopDeadlineMs);
      expect(settings(unit, /^Restart/)).toContain("RestartPreventExitStatus=78");
    },
  );

  it("have a port for each replica, and one state for a bridge and its tools", () => {
    expect(read(REPLICA)).toMatch(/^Environment=PORT=%i$/m);
    expect(settings(REPLICA, /^StateDirectory/)).toEqual([]);
    expect(settings(ONE, /^StateDirectory/)).toEqual([
      "StateDirectory=parley-bridge",
      "StateDirectoryMode=0700",
    ]);
    expect(settings(TOOL, /^StateDirectory/)).toEqual(settings(ONE, /^StateDirectory/));
  });
});
