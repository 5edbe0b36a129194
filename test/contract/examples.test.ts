import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import packageJson from "../../package.json" with { type: "json" };

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** What Node is called with, in each place that starts the bridge. */
const FLAGS = /node (--[^"&]*?)(?:--env-file-if-exists=\.env )?src\/start\.js/;
const flagsIn = (text: string) => FLAGS.exec(text.replaceAll(/", "/g, " "))?.[1];

const UNIT = "examples/systemd/parley-bridge@.service";

describe("the example for systemd", () => {
  it("starts the bridge as npm start does, on the port that its name says", () => {
    expect(flagsIn(read(UNIT))).toBe(flagsIn(packageJson.scripts.start));
    expect(read(UNIT)).toMatch(/^Environment=PORT=%i$/m);
  });

  it("is as strict as the unit of one bridge, which writes to a folder besides", () => {
    const [, unit = ""] = /```ini\n([\s\S]*?)```/.exec(read("docs/operations.md")) ?? [];
    const settings = (text: string) =>
      text
        .split("\n")
        .filter((line) => /^(Protect|Restrict|NoNew|Capab|Private|System|UMask)/.test(line));
    expect(settings(unit).length).toBeGreaterThan(10);
    expect(settings(read(UNIT))).toEqual(settings(unit));
  });

  const VERIFY = "/usr/bin/systemd-analyze";
  it.skipIf(!existsSync(VERIFY))("is understood by systemd", async () => {
    const folder = await mkdtemp(join(tmpdir(), "units-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    // The program and its user are not on this machine.
    const here = read(UNIT)
      .replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`)
      .replace(/^User=.*$/m, "User=root");
    await writeFile(join(folder, "parley-bridge@.service"), here);
    const { stderr } = await promisify(execFile)(VERIFY, [
      "verify",
      "--recursive-errors=no",
      join(folder, "parley-bridge@3001.service"),
    ]);
    expect(stderr).toBe("");
  });
});
