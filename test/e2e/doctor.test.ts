import { copyFile, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { DEFAULT_SCOPES } from "../../fakes/slack/identity.ts";
import { moveServerClock } from "../support/move-server-clock.ts";
import { createDatabase, createTables, describePostgres, query } from "../support/postgres.ts";
import { spawnBridge, startBridgeProcess } from "../support/process.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { type Env, startWorld } from "../support/world.ts";
import { writeBridgeFile } from "../support/write-bridge-file.ts";
import { writeSecret } from "../support/write-secret.ts";

async function runDoctor(env: Env, ...args: readonly string[]) {
  const { code, stdout, stderr } = await runToEnd(env, "doctor", ...args);
  return { code, lines: stdout.trimEnd().split("\n"), stderr };
}

const stateFile = ({ STATE_URL = "" }: Env): string => STATE_URL.replace("sqlite:", "");

describe("the doctor", () => {
  it("tells line by line that all is well before the first start, and leaves nothing behind", async () => {
    const { env } = await startWorld({ stopped: true });

    const { code, lines, stderr } = await runDoctor(env);

    expect(lines.filter((line) => !/^\w+ +inferred /.test(line))).toEqual([
      expect.stringMatching(/^ok +node +\d+\.\d+\.\d+, at \//),
      expect.stringMatching(/^ok +configuration +version \d+\.\d+\.\d+, mode test$/),
      expect.stringMatching(/^ok +bridge\.yaml +there is none: one team, in SLACK_CHANNEL$/),
      expect.stringMatching(
        /^ok +state +\/.*bridge\.sqlite will be made at the first start; \d+ MB free$/,
      ),
      expect.stringMatching(/^ok +port +127\.0\.0\.1:0 is free$/),
      expect.stringMatching(/^ok +clock +-?\d+ s ahead of Slack's, -?\d+ s ahead of Parley's$/),
      expect.stringMatching(/^ok +slack network +127\.0\.0\.1:\d+ answers$/),
      expect.stringMatching(/^ok +parley network +127\.0\.0\.1:\d+ answers$/),
      expect.stringMatching(/^ok +slack token +workspace T0PARLEY1, the bot is U0BRIDGE1$/),
      expect.stringMatching(/^ok +slack scopes +\d+ scopes, all that are needed$/),
      expect.stringMatching(
        /^ok +slack channels +#support of Support: public, and the bot is in it$/,
      ),
      expect.stringMatching(/^open +slack transport +HTTP; .* press Retry .* slack\.refused/),
      expect.stringMatching(/^ok +slack groups +bridge\.yaml names none$/),
      expect.stringMatching(
        /^ok +parley +Users are handed back to Bot Service \(\w+\); the bridge is Agent Service, of 2/,
      ),
      expect.stringMatching(/^ok +parley version +X-Parley-API-Version is 20500$/),
      expect.stringMatching(/^ok +callback token +long enough/),
      expect.stringMatching(/^open +public address +PUBLIC_URL is not set; /),
      "All is well.",
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    await expect(stat(stateFile(env))).rejects.toThrow(/ENOENT/);
  });

  it.each([
    ["0.2.0", /^ok +state .*; version \d, which the next start brings to \d, undamaged/],
    [
      "999",
      /^failed +state .* was written by a later version of the bridge \(999, .*use that version/,
    ],
  ])("tells the version of the state: %s", async (version, says) => {
    const { env } = await startWorld({ stopped: true });
    await copyFile(join(import.meta.dirname, "../fixtures/state/0.2.0.sqlite"), stateFile(env));
    if (version === "999") {
      const database = new DatabaseSync(stateFile(env));
      database.exec("PRAGMA user_version = 999");
      database.close();
    }

    const { lines } = await runDoctor(env);

    expect(lines.find((line) => / state /.test(line))).toMatch(says);
  });

  it("finds damage in the middle of the state", async () => {
    const { env } = await startWorld();
    const file = stateFile(env);
    const copy = `${file}-copy`;
    const source = new DatabaseSync(file);
    source.exec(`VACUUM INTO '${copy}'`);
    source.close();
    const bytes = await readFile(copy);
    const pageSize = bytes.readUInt16BE(16);
    // Beyond the first pages, which hold the schema: any table's page will do.
    for (let page = 4; page < bytes.length / pageSize; page++) {
      bytes.fill(0x5a, page * pageSize, page * pageSize + 200);
    }
    await writeFile(copy, bytes);

    const { lines } = await runDoctor({ ...env, STATE_URL: `sqlite:${copy}` });

    expect(lines.find((line) => / state /.test(line))).toMatch(
      /^failed +state .* is damaged .*restore a backup/,
    );
  });

  it("warns of what is off for want of an optional scope, unless it is not wanted", async () => {
    const scopes = DEFAULT_SCOPES.filter((scope) => scope !== "chat:write.customize");
    const { env } = await startWorld({ stopped: true, slack: { scopes } });
    const warnings = ({ lines }: { lines: readonly string[] }) =>
      lines.filter((line) => line.startsWith("warning"));

    const found = await runDoctor(env);
    expect(found.lines).toContainEqual(expect.stringMatching(/^ok +slack scopes /));
    expect(warnings(found)).toEqual([
      expect.stringMatching(
        /^warning +slack scopes +The Slack app was not given the scope chat:write\.customize, so what Users/,
      ),
    ]);
    expect(found.code).toBe(0);

    expect(warnings(await runDoctor({ ...env, SHOW_USER_IDENTITY: "false" }))).toEqual([]);
    const wanted = await runDoctor({ ...env, SHOW_USER_IDENTITY: "true" });
    expect(wanted.lines).toContainEqual(
      expect.stringMatching(/^failed +slack scopes .*lacks the scope chat:write\.customize/),
    );
    expect(wanted.code).toBe(78);
  });

  it("works beside a running bridge", async () => {
    const world = await startWorld({ stopped: true });
    const bridge = await startBridgeProcess(world);
    const { port } = await bridge.line("app.started");

    const { code, lines } = await runDoctor({ ...world.env, PORT: String(port) });

    expect(lines).toContainEqual(
      expect.stringMatching(
        /^ok +state .* is in use by a running bridge; version \d+, undamaged; \d+ MB free$/,
      ),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(
        new RegExp(`^ok +port +the bridge runs at 127\\.0\\.0\\.1:${String(port)}$`),
      ),
    );
    const other = { PARLEY_SERVICE_IDENTIFICATION: "another" };
    const beside = await runDoctor({ ...world.env, ...other, PORT: String(port) });
    expect(beside.lines).toContainEqual(
      expect.stringMatching(/^failed +port +a bridge of another Service or account of Parley runs/),
    );
    expect(code).toBe(0);
    expect(bridge.stderr).toBe("");
  });

  it("asks its own machine for a running bridge, whatever proxy leads elsewhere", async () => {
    const world = await startWorld();
    const { port } = new URL(world.bridgeUrl());
    const proxied = { HTTP_PROXY: "http://127.0.0.1:9", NODE_USE_ENV_PROXY: "1" };

    const doctor = spawnBridge({ ...world.env, ...proxied, PORT: port }, { args: ["doctor"] });
    await doctor.exited;

    expect(doctor.stdout).toMatch(/^ok +port +the bridge runs at /m);
  });

  it("does not take for passing what Slack refuses", async () => {
    const scopes = DEFAULT_SCOPES.filter((scope) => scope !== "usergroups:read");
    const { env } = await startWorld({ stopped: true, slack: { scopes } });
    const CONFIG_FILE = writeBridgeFile(`teams:
  - { name: Support, agents: ["S0AGENTS"] }
`);

    const { lines } = await runDoctor({ ...env, CONFIG_FILE });

    expect(lines).toContainEqual(
      expect.stringMatching(
        /^failed +slack groups +Slack refuses usergroups\.list: missing_scope .*; install the app/,
      ),
    );
    expect(lines.join("\n")).not.toContain("this can pass");
  });

  it("tells what is wrong with the channel of each team, and where it is written", async () => {
    const { env } = await startWorld({ stopped: true });
    const CONFIG_FILE = writeBridgeFile(`teams:
  - { name: Support }
  - { name: Billing, channel: C0NOWHERE, when: [{ reason: refund }] }
  - { name: Contracts, channel: C0GONE, when: [{ reason: contract }] }
`);

    const { code, lines } = await runDoctor({ ...env, SLACK_CHANNEL: "C0MISTYPED", CONFIG_FILE });

    const found = lines.join("\n");
    expect(found).toMatch(/Team Support, SLACK_CHANNEL C0MISTYPED cannot be seen by the bot/);
    expect(found).toMatch(/Team Billing, teams\[1\]\.channel C0NOWHERE cannot be seen by the bot/);
    expect(found).toMatch(/Team Contracts, teams\[2\]\.channel C0GONE cannot be seen by the bot/);
    expect(code).toBe(78);
  });

  it("tells of each channel what it is, and of one that is not as it should be what to do", async () => {
    const channels = [
      { id: "C0PRIVATE", name: "private", isPrivate: true, members: ["U0BRIDGE1"] },
      { id: "C0SHARED", name: "shared", isShared: true, members: ["U0BRIDGE1"] },
      { id: "C0OUT", name: "out", members: ["U0ANNA"] },
    ];
    const { env } = await startWorld({ stopped: true, slack: { channels } });
    const linesFor = async (others: string) => {
      const file = `teams: [{ name: Support }, ${others}]`;
      const { lines } = await runDoctor({ ...env, CONFIG_FILE: writeBridgeFile(file) });
      return lines.filter((line) => / slack channels /.test(line));
    };

    expect(
      await linesFor(`{ name: A, channel: C0PRIVATE, when: [{ reason: a }] },
        { name: B, channel: C0SHARED, allow-shared: true, when: [{ reason: b }] }`),
    ).toEqual([
      expect.stringMatching(/^ok .* #support of Support: public, and the bot is in it$/),
      expect.stringMatching(/^ok .* #private of A: private, and the bot is in it$/),
      expect.stringMatching(
        /^ok .* #shared of B: public, shared with another company, and the bot/,
      ),
    ]);
    expect(
      await linesFor(`{ name: A, channel: C0OUT, when: [{ reason: a }] },
        { name: B, channel: C0SHARED, when: [{ reason: b }] }`),
    ).toEqual([
      expect.stringMatching(/^failed .*C0OUT: the bot is not in it; invite the bot/),
      expect.stringMatching(/^failed .*C0SHARED is shared with another company; end that/),
    ]);
  });

  it("tells of scopes that are too many", async () => {
    const scopes = [...DEFAULT_SCOPES, "emoji:read", "users:read.email"];
    const { env } = await startWorld({ stopped: true, slack: { scopes } });

    const { code, lines } = await runDoctor(env);

    expect(lines).toContainEqual(
      expect.stringMatching(
        /^warning +slack scopes .*more scopes .*: emoji:read, users:read\.email;/,
      ),
    );
    expect(code).toBe(0);
  });

  it("looks for the user groups of the file", async () => {
    const usergroups = [
      { id: "S0AGENTS", handle: "agents", users: ["U0ANNA", "U0BEN"] },
      { id: "S0EMPTY", handle: "empty", users: [] },
      { id: "S0OFF", handle: "off", users: ["U0ANNA"], isDisabled: true },
    ];
    const { env } = await startWorld({ stopped: true, slack: { usergroups } });
    const linesFor = async (file: string) => {
      const { lines } = await runDoctor({ ...env, CONFIG_FILE: writeBridgeFile(file) });
      return lines.filter((line) => / slack groups /.test(line));
    };

    expect(await linesFor("agents: [S0AGENTS, S0EMPTY, U0ANNA]\nleads: [S0OFF]")).toEqual([
      expect.stringMatching(/^ok +slack groups +@agents with 2, @empty with 0, @off with 1$/),
      expect.stringMatching(/^warning +slack groups +@empty \(S0EMPTY\) has no members; whoever/),
      expect.stringMatching(/^warning +slack groups +@off \(S0OFF\) is disabled in Slack; whoever/),
    ]);
    expect(await linesFor("agents: [S0GONE]")).toEqual([
      expect.stringMatching(
        /^failed +slack groups +S0GONE is no user group of this workspace; corr/,
      ),
    ]);
  });

  it("tells which version of Parley's API answers, and what it infers in vain", async () => {
    const { env, parley } = await startWorld({ stopped: true });
    const { lines: first } = await runDoctor(env);
    expect(first.filter((line) => /^warning/.test(line))).toEqual([]);
    parley.faults.add("GET /services", {
      kind: "other-answer",
      isDone: false,
      write(response) {
        const services = [
          { identification: "bot", name: "Bot", default: 1 },
          { identification: env.PARLEY_SERVICE_IDENTIFICATION, name: "Us", default: "no" },
        ];
        response.setHeader("x-parley-api-version", "30000");
        response.end(JSON.stringify({ status: "SUCCESS", data: { services } }));
      },
    });

    const { code, lines } = await runDoctor({ ...env, PARLEY_BOT_SERVICE: "bot" });

    expect(lines.filter((line) => /^warning/.test(line))).toEqual([
      expect.stringMatching(/^warning +parley version +version 30000 of Parley's API answers, and/),
      expect.stringMatching(
        /^warning +inferred +address of API version 2\.5: answered differently; /,
      ),
      expect.stringMatching(
        /^warning +inferred +path of the list .*: answered differently; compare/,
      ),
      expect.stringMatching(
        /^warning +inferred +form of refusals: answered differently; a request/,
      ),
    ]);
    expect(code).toBe(0);
  });

  it("tells everything that is wrong at once, each with what to do", async () => {
    const scopes = DEFAULT_SCOPES.filter((scope) => scope !== "reactions:write");
    const { env } = await startWorld({ stopped: true, socketMode: true, slack: { scopes } });
    await writeFile(stateFile(env), "This is a shopping list.".repeat(500));

    const { code, lines } = await runDoctor({
      ...env,
      SLACK_APP_TOKEN: "xapp-wrong",
      SLACK_CHANEL: "C0TYPO",
      PARLEY_SHARED_SECRET: "wr0ng",
      PARLEY_CALLBACK_TOKEN: "sh0rt-t0ken",
    });

    expect(lines.filter((line) => !/^(ok|open)/.test(line))).toEqual([
      expect.stringMatching(/^warning +configuration +SLACK_CHANEL .*SLACK_CHANNEL\?$/),
      expect.stringMatching(/^failed +state .* is damaged .*restore a backup/),
      expect.stringMatching(
        /^failed +slack scopes .*lacks the scope reactions:write; .*install the app/,
      ),
      expect.stringMatching(
        /^failed +slack transport +SLACK_APP_TOKEN is refused .*connections:write/,
      ),
      expect.stringMatching(/^failed +parley +Parley refuses our credentials .*SHARED_SECRET/),
      "skipped  parley version   not checked, because parley failed",
      expect.stringMatching(/^warning +callback token +PARLEY_CALLBACK_TOKEN is shorter than 24/),
      "Not all is well: see what failed above.",
    ]);
    expect(code).toBe(78);
  });

  it("tells what is wrong with the configuration, before all else", async () => {
    const { code, lines } = await runDoctor({ PORT: "x" });

    expect(lines).toContainEqual(expect.stringMatching(/^failed +configuration +PORT must be /));
    expect(lines).toContainEqual(
      expect.stringMatching(/^failed +configuration +SLACK_BOT_TOKEN is missing/),
    );
    expect(code).toBe(78);
  });

  it("reads secrets from files, and tells of a file that is none beside all else", async () => {
    const { env } = await startWorld({ stopped: true });
    const { PARLEY_CALLBACK_TOKEN: _, STATE_URL = "", ...others } = env;
    const weak = {
      ...others,
      PARLEY_CALLBACK_TOKEN_FILE: writeSecret("sh0rt-t0ken\n"),
      STATE_URL_FILE: writeSecret(`${STATE_URL}\n`),
    };

    const { code, lines } = await runDoctor(weak);

    expect(code).toBe(0);
    expect(lines).toContainEqual(
      expect.stringMatching(/^warning +callback token +PARLEY_CALLBACK_TOKEN is shorter than 24/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^ok +state +\/.*bridge\.sqlite will be/));

    const failed = await runDoctor({ ...weak, SLACK_BOT_TOKEN: "", SLACK_BOT_TOKEN_FILE: "/none" });

    expect(failed.code).toBe(78);
    expect(failed.lines.filter((line) => line.startsWith("failed"))).toEqual([
      expect.stringMatching(
        /^failed +configuration +SLACK_BOT_TOKEN_FILE is \/none, which must be/,
      ),
    ]);
    expect(failed.lines).toContainEqual(expect.stringMatching(/^warning +callback token /));
    expect(failed.lines).toContain(
      "skipped  slack channels   not checked, because configuration failed",
    );
  });

  it("tells what can pass from what cannot", async () => {
    const world = await startWorld({ stopped: true });
    world.slack.faults.add("*", { kind: "status", status: 503 });
    world.parley.faults.add("*", { kind: "status", status: 503 });

    const { code, lines } = await runDoctor(world.env);

    expect(lines).toContainEqual(
      expect.stringMatching(/^failed +slack network .*503 .*this can pass/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^failed +parley network .*503 .*this can/));
    expect(lines).toContain("skipped  slack token      not checked, because slack network failed");
    expect(code).toBe(1);
  });

  it("says of a full disk what to do about that, and nothing of the network", async () => {
    const { env } = await startWorld({ stopped: true });
    await writeFile(stateFile(env), "");
    const limited = ["bash", "-c", "trap '' XFSZ; ulimit -S -f 1; exec \"$@\"", "bash"];

    const doctor = spawnBridge(env, { args: ["doctor"], under: limited });

    expect((await doctor.exited).code).toBe(1);
    const state = doctor.stdout.split("\n").find((line) => / state /.test(line));
    expect(state).toMatch(/^failed .*(look at the disk|make room)/);
    expect(state).not.toMatch(/DNS|proxy/);
  });

  it("tells it to programs as JSON, and no secret to anybody", async () => {
    const { env } = await startWorld({ stopped: true });

    const { code, lines } = await runDoctor({ ...env, SLACK_CHANNEL: "C0NOWHERE" }, "--json");

    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      ok: false,
      findings: expect.arrayContaining([
        { check: "parley", status: "ok", detail: expect.any(String) },
        {
          check: "slack channels",
          status: "failed",
          detail: expect.stringContaining("C0NOWHERE"),
        },
      ]),
    });
    expect(code).toBe(78);
    for (const name of ["SLACK_BOT_TOKEN", "PARLEY_SHARED_SECRET", "PARLEY_CALLBACK_TOKEN"]) {
      expect(lines[0]).not.toContain(env[name]);
    }
  });

  it.each([[[]], [["--json"]]])(
    "prints no secret that another side echoes, and nothing that a terminal obeys: %j",
    async (args) => {
      const sharedSecret = 's3cr3t"/+\\value';
      const agentService = { name: `\u001b[2JAgents ${sharedSecret}` };
      const { env } = await startWorld({
        stopped: true,
        parley: { account: { sharedSecret }, agentService },
      });

      const { code, lines } = await runDoctor(env, ...args);

      const [line] = lines.filter((each) => each.includes("the bridge is "));
      expect(line).toMatch(/the bridge is (\uFFFD|\\u001b)\[2JAgents \[redacted\], of/);
      expect(code).toBe(0);
    },
  );
});

it.each([
  ["203.0.113.7", /HOST 203\.0\.113\.7 is no address of this machine/],
  ["no-such-host.invalid", /HOST no-such-host\.invalid is no address of this machine/],
])("does not start on HOST=%s, and says so", async (host, says) => {
  const { env } = await startWorld({ stopped: true });

  const { code, stderr } = await runToEnd({ ...env, HOST: host });

  expect(code).toBe(78);
  expect(stderr).toMatch(says);
});

describePostgres("the doctor of a state in PostgreSQL", () => {
  it("tells what it finds, before the first start and after it, and compares the clocks", async () => {
    const { env } = await startWorld({ stopped: true });
    const stateAndClock = async (STATE_URL: string) => {
      const { lines } = await runDoctor({ ...env, STATE_URL });
      return lines.filter((line) => / (state|clock) /.test(line));
    };
    const later = await createTables();
    await moveServerClock(later, 600_000);

    expect(await stateAndClock(await createDatabase())).toEqual([
      expect.stringMatching(/^ok +state .* its tables will be made at the first start; 0 bridges/),
      expect.stringMatching(/^ok +clock .*, -?\d+ s ahead of the database's$/),
    ]);
    expect(await stateAndClock(await createTables())).toEqual([
      expect.stringMatching(/^ok +state .* tables of version \d+, \d+ MB; .*; 0 bridges use it/),
      expect.stringMatching(/^ok +clock /),
    ]);
    expect((await stateAndClock(later))[1]).toMatch(
      /^failed +clock +the clock of the database server is minutes ahead of Slack's; set it/,
    );
  });

  it("refuses tables that a later version has changed", async () => {
    const { env } = await startWorld({ stopped: true });
    const STATE_URL = await createTables();
    await query(STATE_URL, "UPDATE bridge_schema SET version = 999, oldest = 999");

    const { code, lines } = await runDoctor({ ...env, STATE_URL });

    expect(lines).toContainEqual(
      expect.stringMatching(/^failed +state .*were changed by a later version of the bridge/),
    );
    expect(code).toBe(78);
  });

  it("does not take for passing what a start would not try again", async () => {
    const { env } = await startWorld({ stopped: true });
    const elsewhere = Object.assign(new URL(await createDatabase()), { pathname: "/nowhere" });

    const { code, lines } = await runDoctor({ ...env, STATE_URL: elsewhere.href });

    expect(lines).toContainEqual(
      expect.stringMatching(/^failed +state +there is no database nowhere .* nowhere$/),
    );
    expect(code).toBe(78);
  });
});
