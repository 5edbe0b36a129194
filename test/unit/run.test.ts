import { describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { runToEnd } from "../support/run-to-end.ts";

const TOOLS = [
  "audit",
  "backup",
  "dead-letters",
  "doctor",
  "doctor route",
  "migrate",
  "people",
  "report",
  "restore",
];

describe("the command line", () => {
  it("starts no bridge for a tool that there is not, and names those that there are", async () => {
    expect(await runToEnd({}, "docter")).toMatchObject({
      code: 64,
      stdout: "",
      stderr: `There is no tool "docter". There are: ${TOOLS.join(", ")}\n`,
    });
  });

  it.each([["--version"], ["doctor", "--version"], ["backup", "--version"]])(
    "tells the version: %s %s",
    async (...args) => {
      expect(await runToEnd({}, ...args)).toMatchObject({
        code: 0,
        stdout: `${packageJson.version}\n`,
        stderr: "",
      });
    },
  );

  it.each(["--help", "-h"])("tells with %s what there is", async (option) => {
    const { code, stdout, stderr } = await runToEnd({}, option);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Usage: node src\/start\.js /);
    for (const name of TOOLS) expect(stdout).toMatch(new RegExp(`^ {2}${name} {2,}\\S`, "m"));
  });

  it.each(TOOLS)("tells how %s is used, and needs nothing for that", async (name) => {
    // Every variable that a tool could read is wrong.
    const env = { STATE_URL: "mysql://x", CONFIG_FILE: "/nowhere", PGPASSWORD_FILE: "/nowhere" };
    for (const args of [["--help"], ["-h"], ["x", "--help"], ["--version", "--help"]]) {
      const { code, stdout, stderr } = await runToEnd(env, ...name.split(" "), ...args);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(new RegExp(`^Usage: npm run ${name.replace(" ", " -- ")}\\b`));
    }
  });

  it("does not start the doctor with what it does not know", async () => {
    const { code, stdout } = await runToEnd({}, "doctor", "--jsn");
    expect(code).toBe(64);
    expect(stdout).toMatch(/^Usage: npm run doctor/);
  });
});
