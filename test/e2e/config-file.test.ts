import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { spawnBridge, startBridgeProcess } from "../support/process.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { type Env, startWorld } from "../support/world.ts";
import { writeBridgeFile } from "../support/write-bridge-file.ts";

const TWO_TEAMS = `
teams:
  - name: Support
  - name: Billing
    channel: C0BILLING
    when:
      - reason: refund*
      - { metadata: { order.total: ">500" }, language: [nl, fy] }
`;

/** What `npm run doctor -- route` says of a handover. */
async function routeOf(
  handover: unknown,
  { args = [], env = {} }: { args?: readonly string[]; env?: Env } = {},
) {
  const world = await startWorld({ stopped: true });
  const path = writeBridgeFile(TWO_TEAMS);
  const file = join(dirname(path), "handover.json");
  const isWritten = typeof handover === "string" || Buffer.isBuffer(handover);
  await writeFile(file, isWritten ? handover : JSON.stringify(handover));
  const { code, stdout, stderr } = await runToEnd(
    { ...world.env, CONFIG_FILE: path, ...env },
    "doctor",
    "route",
    file,
    ...args,
  );
  // Nobody was asked.
  expect([...world.slack.requests, ...world.parley.requests]).toEqual([]);
  return { code, stdout: stdout.replaceAll(file, "FILE"), stderr };
}

describe("bridge.yaml", () => {
  it("does not start the bridge with mistakes: all are told, with those of the environment", async () => {
    const path = writeBridgeFile("langauge: nl\nteams:\n  - name: A\n    channel: '#a'\n");
    const { env } = await startWorld({ stopped: true });

    const bridge = spawnBridge({ ...env, CONFIG_FILE: path, PORT: "s3cr3t" });

    expect(await bridge.exited).toMatchObject({ code: 78 });
    expect(bridge.stderr.split("\n")).toEqual([
      "The bridge cannot start:",
      "  - PORT must be a whole number from 0 to 65535",
      `  - ${path}:1:1 langauge is not known here; did you mean language?`,
      expect.stringContaining(`  - ${path}:4:14 channel must be the id of a channel`),
      "",
    ]);
    expect(bridge.stdout).toBe("");
  });

  it("is found in the folder where the bridge is started, and what it says in vain is logged", async () => {
    const path = writeBridgeFile("language: nl\n");
    const world = await startWorld({ stopped: true });

    const bridge = await startBridgeProcess(
      world,
      { TEAM_LANGUAGE: "en" },
      { folder: dirname(path) },
    );

    expect(await bridge.line("config.read")).toMatchObject({ file: "bridge.yaml", teams: 1 });
    const warnings = bridge.lines.filter(({ msg }) => msg === "config.no-effect");
    expect(warnings).toMatchObject([
      { level: 40, warning: "TEAM_LANGUAGE is set, so language in bridge.yaml has no effect" },
    ]);
  });

  it("is checked by the doctor, too", async () => {
    const { env } = await startWorld({ stopped: true });
    const wrong = await runToEnd({ ...env, CONFIG_FILE: writeBridgeFile("teams: []") }, "doctor");
    expect(wrong.stdout).toMatch(
      /^failed +bridge\.yaml +.*:1:8 teams must have at least one entry/m,
    );
    expect(wrong.code).toBe(78);
    const vain = await runToEnd(
      { ...env, CONFIG_FILE: writeBridgeFile("language: nl"), TEAM_LANGUAGE: "en" },
      "doctor",
    );
    expect(vain.stdout).toMatch(
      /^warning +bridge\.yaml +TEAM_LANGUAGE is set, so language in .* has no effect$/m,
    );
    expect(vain.stdout).toMatch(/^ok +bridge\.yaml +one team of .*bridge\.yaml$/m);
    expect(vain.code).toBe(0);
  });

  it("is not asked for by tools that do not need it", async () => {
    const { env } = await startWorld({ stopped: true });
    const { code } = await runToEnd(
      { ...env, CONFIG_FILE: "/no/such/file" },
      "dead-letters",
      "list",
    );
    expect(code).toBe(66);
  });
});

describe("npm run doctor -- route", () => {
  it.each<[string, unknown, string]>([
    [
      "a bare metadata object",
      { reason: "Refund, please" },
      'Billing (C0BILLING) gets it, because rule 1 of its 2 fits: reason refund*.\nIt was read as metadata: reason "Refund, please", no language.\n',
    ],
    [
      "bare metadata that is a text",
      '"refund"',
      'Billing (C0BILLING) gets it, because rule 1 of its 2 fits: reason refund*.\nIt was read as metadata: reason "refund", no language.\n',
    ],
    [
      "what a bot posts",
      { userId: 5, user: { language: "nl-BE" }, metadata: { order: { total: 501 } } },
      'Billing (C0BILLING) gets it, because rule 2 of its 2 fits: order.total > 500, language nl or fy.\nIt was read as a handover request: no reason, language "nl-BE".\n',
    ],
    [
      "metadata that names a User",
      { userId: 5, order: { total: 500 }, language: "nl" },
      'Support (C0SUPPORT) gets it, because no rule of another team fits.\nIt was read as metadata: no reason, language "nl".\n',
    ],
  ])("tells who gets it, and why, of %s", async (_name, handover, says) => {
    expect(await routeOf(handover)).toMatchObject({ code: 0, stdout: says, stderr: "" });
  });

  it("tells it of a callback, and of one that hands the User to somebody else", async () => {
    const { env } = await startWorld({ stopped: true });
    const callback = (newOwner: string | undefined) => ({
      type: "owner",
      body: { user: { id: 5 }, newOwner, metadata: { reason: "refund" } },
    });
    const ours = await routeOf(callback(env.PARLEY_SERVICE_IDENTIFICATION), { env });
    expect(ours.stdout).toMatch(/^Billing .*\nIt was read as a callback: reason "refund"/);
    const theirs = await routeOf(callback("another"));
    expect(theirs).toMatchObject({
      code: 65,
      stdout: "FILE is a callback that gives the User to another Service.\n",
    });
  });

  it("says what docs/teams.md shows of its second example", async () => {
    const page = readFileSync("docs/teams.md", "utf8");
    const [, twoTeams = ""] = page.match(/(?<=```yaml\n)[^`]*(?=```)/g) ?? [];
    const [said] = page.match(/(?<=```\n)Billing [^`]*(?=```)/) ?? [];
    const metadata = { reason: "Refund of order 5" };
    const { stdout } = await routeOf(metadata, { env: { CONFIG_FILE: writeBridgeFile(twoTeams) } });
    expect(stdout).toBe(said);
  });

  it("tells it to programs as JSON", async () => {
    const { stdout } = await routeOf({ reason: "refund" }, { args: ["--json"] });
    expect(JSON.parse(stdout)).toEqual({
      team: "Billing",
      channel: "C0BILLING",
      rule: 1,
      readAs: "metadata",
      reason: "refund",
    });
  });

  it("says so where there is only one team", async () => {
    const { stdout } = await routeOf({ reason: "refund" }, { env: { CONFIG_FILE: "" } });
    expect(stdout).toMatch(/^Support \(C0SUPPORT\) gets it, because it is the only team\.\n/);
  });

  it.each([
    ["UTF-8", Buffer.from('\ufeff{"reason": "refund"}')],
    ["UTF-16", Buffer.from('\ufeff{"reason": "refund"}', "utf16le")],
  ])("reads a file with the byte order mark of %s, as Windows saves it", async (_name, bytes) => {
    const said = await routeOf(bytes);
    expect(said).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Billing /) });
  });

  it.each<[string, string, number, string]>([
    ["a mistyped text", '{\n  "reason": refund\n}', 65, "FILE is no JSON.\n"],
    ["nothing", "", 65, "FILE is no JSON.\n"],
    ["too much", JSON.stringify("x".repeat(1024 * 1024)), 65, "FILE is larger than 1 MiB.\n"],
    ["brackets", "[".repeat(100) + "]".repeat(100), 65, "FILE is nested deeper than 64 levels.\n"],
    ["no id", '{"userId": {}}', 65, "FILE is no handover request: "],
  ])("says what is wrong with %s", async (_name, source, code, says) => {
    const said = await routeOf(source);
    expect(said.code).toBe(code);
    expect(said.stdout.slice(0, says.length)).toBe(says);
  });

  it("needs nothing but the file, and says what only the environment could tell", async () => {
    const path = writeBridgeFile(TWO_TEAMS.replace("    channel: C0SUPPORT\n", ""));
    const file = join(dirname(path), "handover.json");
    const tell = async (handover: unknown, ...args: string[]) => {
      await writeFile(file, JSON.stringify(handover));
      return await runToEnd({ CONFIG_FILE: path }, "doctor", "route", file, ...args);
    };
    const refund = { reason: "refund" };
    expect(await tell(refund)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Billing \(C0BILLING\) gets it/),
    });
    const other = { reason: "toaster" };
    expect(await tell(other)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^Support \(in SLACK_CHANNEL, which is not set here\) gets it, because no rule/,
      ),
    });
    expect(JSON.parse((await tell(other, "--json")).stdout)).toMatchObject({ channel: null });
    const callback = { type: "owner", body: { user: { id: 5 }, newOwner: "x", metadata: refund } };
    expect((await tell(callback)).stdout).toMatch(
      /^Billing .*\nIt was read as a callback that gives the User to this bridge, which only PARLEY_SERVICE_IDENTIFICATION could tell: reason "refund"/,
    );
    await writeFile(path, "langauge: nl\n");
    expect(await tell(refund)).toMatchObject({
      code: 78,
      stderr: `${path}:1:1 langauge is not known here; did you mean language?\n`,
    });
  });

  it("says how it is used, and that a file is not there", async () => {
    const { env } = await startWorld({ stopped: true });
    const used = await runToEnd(env, "doctor", "route");
    expect([used.code, used.stdout.split("\n", 1)]).toEqual([
      64,
      ["Usage: npm run doctor -- route <file.json>"],
    ]);
    const missing = await runToEnd(env, "doctor", "route", "/no/such/file.json");
    expect(missing).toMatchObject({
      code: 66,
      stdout: "There is no file /no/such/file.json that can be read.\n",
    });
  });

  it("reads from standard input", async () => {
    const { env } = await startWorld({ stopped: true });
    const piped = ["sh", "-c", `echo '{"reason": "refund"}' | "$@"`, "sh"];
    const doctor = spawnBridge(
      { ...env, CONFIG_FILE: writeBridgeFile(TWO_TEAMS) },
      { args: ["doctor", "route", "-"], under: piped },
    );
    expect((await doctor.exited).code).toBe(0);
    expect(doctor.stdout).toMatch(/^Billing /);
  });
});
