import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startHttpServer } from "../../fakes/http/http-server.ts";
import type { FakeParley } from "../../fakes/parley/fake-parley.ts";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { SECRET_VARIABLES } from "../../src/config/variables.ts";
import { MINIMAL_ENV } from "../support/minimal-env.ts";
import { spawnBridge, startBridgeProcess } from "../support/process.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { rootsOf } from "../support/threads.ts";
import { type Env, startWorld, type WorldOptions } from "../support/world.ts";
import { writeSecret } from "../support/write-secret.ts";

const EXIT_CONFIG = 78;

/** Runs the bridge on this environment until it gives up. */
async function failToStart(env: Env) {
  const { code, stdout, stderr } = await runToEnd(env);
  return { code, stderr, output: stdout + stderr };
}

it("lists every missing variable at once, each with where it is found", async () => {
  const bridge = spawnBridge({});
  const { code } = await bridge.exited;
  const { stderr } = bridge;
  const output = bridge.stdout + stderr;

  expect(code).toBe(EXIT_CONFIG);
  expect(output).toBe(stderr);
  const [headline, ...problems] = stderr.trimEnd().split("\n");
  expect(headline).toBe("The bridge cannot start:");
  const places: Record<string, RegExp> = {
    SLACK_BOT_TOKEN: /OAuth & Permissions/,
    SLACK_CHANNEL: /channel's details/,
    SLACK_SIGNING_SECRET: /Basic Information/,
    PARLEY_SERVICE_IDENTIFICATION: /Parley support/,
    PARLEY_ACCOUNT_IDENTIFICATION: /Parley support/,
    PARLEY_SHARED_SECRET: /Parley support/,
    PARLEY_CALLBACK_TOKEN: /Parley support/,
  };
  for (const [name, place] of Object.entries(places)) {
    expect(problems.filter((problem) => problem.startsWith(`  - ${name} is missing`))).toEqual([
      expect.stringMatching(place),
    ]);
  }
  expect(problems).toHaveLength(Object.keys(places).length);
});

it("lists every malformed variable at once without its value", async () => {
  const malformed = {
    SLACK_BOT_TOKEN: "xoxp-secret-1",
    SLACK_APP_TOKEN: "xoxb-secret-2",
    SLACK_CHANNEL: "#secret-3",
    SLACK_API_URL: "slack.secret-4",
    SLACK_POSTS_PER_SECOND: "secret-5",
    PARLEY_SERVICE_IDENTIFICATION: "secret|6",
    PARLEY_ACCOUNT_IDENTIFICATION: "secret|7",
    PARLEY_SHARED_SECRET: "   ",
    PARLEY_CALLBACK_TOKEN: "",
    PARLEY_API_URL: "ftp://secret-8",
    STATE_URL: "mysql://secret-9",
    PORT: "secret-10",
    LOG_LEVEL: "secret-11",
  };

  const { code, stderr, output } = await failToStart(malformed);

  expect(code).toBe(EXIT_CONFIG);
  for (const name of Object.keys(malformed)) expect(stderr).toContain(`  - ${name} `);
  expect(output).not.toMatch(/secret[-|]\d/);
});

it("warns of a variable that it does not read, with the likely name and without the value", async () => {
  const world = await startWorld({ stopped: true });

  const bridge = await startBridgeProcess(world, { PARLEY_SHARED_SECRETS: "hidden-value" });

  const { warning } = await bridge.line("config.unknown");
  expect(warning).toMatch(/PARLEY_SHARED_SECRETS .*PARLEY_SHARED_SECRET\?/);
  expect(bridge.stdout + bridge.stderr).not.toContain("hidden-value");
});

/** The same with every secret in a file. */
const inFiles = (env: Env): Env =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) =>
      SECRET_VARIABLES.some((secret) => secret === name)
        ? [`${name}_FILE`, writeSecret(`${value}\n`)]
        : [name, value],
    ),
  );

it("takes every secret from a file, and shows none of them", async () => {
  const world = await startWorld({ stopped: true });
  const { slack, parley } = world;
  const env = inFiles(world.env);
  expect(Object.keys(env).filter((name) => name.endsWith("_FILE")).length).toBeGreaterThan(3);

  const bridge = await startBridgeProcess({ ...world, env });
  const { identification: to } = parley.agentService;
  await parley.handOver({ userId: parley.createUser().id, to });
  await slack.waitFor(() => rootsOf(slack).at(-1));

  bridge.signal("SIGTERM");
  expect(await bridge.exited).toEqual({ code: 0, signal: null });
  const secrets = SECRET_VARIABLES.filter((name) => name !== "STATE_URL");
  for (const secret of secrets.flatMap((name) => world.env[name] ?? [])) {
    expect(bridge.stdout + bridge.stderr).not.toContain(secret);
  }
});

it("lists every file of a secret that is none, with everything else that is wrong", async () => {
  const path = writeSecret("xoxb-s3cr3t");

  const { code, stderr, output } = await failToStart({
    ...MINIMAL_ENV,
    SLACK_BOT_TOKEN_FILE: path,
    SLACK_SIGNING_SECRET: "",
    SLACK_SIGNING_SECRET_FILE: `${path}-of-nobody`,
    PARLEY_SHARED_SECRET: "",
    PARLEY_SHARED_SECRET_FILE: dirname(path),
    PORT: "x",
  });

  expect(code).toBe(EXIT_CONFIG);
  expect(stderr.trimEnd().split("\n").slice(1)).toEqual([
    expect.stringMatching(/^ {2}- SLACK_BOT_TOKEN_FILE is set besides SLACK_BOT_TOKEN; /),
    `  - SLACK_SIGNING_SECRET_FILE is ${path}-of-nobody, which must be a file that is there`,
    `  - PARLEY_SHARED_SECRET_FILE is ${dirname(path)}, which must be a file and no folder or device`,
    expect.stringMatching(/^ {2}- PORT must be /),
  ]);
  expect(output).not.toContain("s3cr3t");
});

interface Refusal {
  readonly world?: WorldOptions;
  readonly env?: (slack: FakeSlack) => Env;
  readonly prepare?: (slack: FakeSlack, parley: FakeParley) => unknown;
  readonly says: RegExp;
}

const BOT = "as272d6g2ds766fcdfgh";
const AGENTS = "Jlk9e7cSf9g3FFsaqe39";

it.each<[string, Refusal]>([
  [
    "a bot token that Slack refuses",
    {
      env: () => ({ SLACK_BOT_TOKEN: "xoxb-wrong-secret" }),
      says: /SLACK_BOT_TOKEN is refused by Slack \(invalid_auth\).*OAuth & Permissions/,
    },
  ],
  [
    "an app token that Slack refuses",
    {
      world: { socketMode: true },
      env: () => ({ SLACK_APP_TOKEN: "xapp-wrong-secret" }),
      says: /SLACK_APP_TOKEN is refused by Slack \(invalid_auth\).*App-Level Tokens/,
    },
  ],
  [
    "an unknown channel",
    {
      env: () => ({ SLACK_CHANNEL: "C0NOWHERE" }),
      says: /SLACK_CHANNEL C0NOWHERE .*channel_not_found.*invite/,
    },
  ],
  [
    "a public channel that the bot is not in",
    {
      world: { slack: { channels: [{ id: "C0OTHER", name: "other", members: ["U0ANNA"] }] } },
      env: () => ({ SLACK_CHANNEL: "C0OTHER" }),
      says: /SLACK_CHANNEL C0OTHER: the bot is not in it.*\/invite/,
    },
  ],
  [
    "a private channel that the bot is not in",
    {
      world: {
        slack: {
          channels: [{ id: "G0OTHER", name: "other", isPrivate: true, members: ["U0ANNA"] }],
        },
      },
      env: () => ({ SLACK_CHANNEL: "G0OTHER" }),
      says: /SLACK_CHANNEL G0OTHER .*invite the bot/,
    },
  ],
  [
    "an archived channel",
    {
      prepare: (slack) => slack.archive({ user: "U0ANNA" }),
      says: /SLACK_CHANNEL C0SUPPORT is archived/,
    },
  ],
  [
    "a shared secret that Parley refuses",
    {
      env: () => ({ PARLEY_SHARED_SECRET: "wrong-secret" }),
      says: /Parley refuses our credentials .*api_key_not_valid.*PARLEY_SHARED_SECRET.*clock/,
    },
  ],
  [
    "a Service that Parley does not know",
    {
      env: () => ({ PARLEY_SERVICE_IDENTIFICATION: "unheardof" }),
      says: /PARLEY_SERVICE_IDENTIFICATION/,
    },
  ],
  [
    "a Service that is not in Parley's list",
    {
      prepare: (_, parley) => {
        // The list is another account's: authentic, but without us.
        const us = parley.state.services.get(AGENTS);
        parley.state.services.delete(AGENTS);
        const find = parley.state.services.get.bind(parley.state.services);
        parley.state.services.get = (id) => (id === AGENTS ? us : find(id));
      },
      says: /PARLEY_SERVICE_IDENTIFICATION is not among the Services.*Bot Service \(as272d6g2ds766fcdfgh\)/,
    },
  ],
  [
    "no bot Service while it is the default one itself",
    {
      prepare: (_, parley) => {
        for (const service of parley.state.services.values()) {
          service.default = service.identification === AGENTS;
        }
      },
      says: /default Service is this bridge itself.*set PARLEY_BOT_SERVICE.*Bot Service \(as272d6g2ds766fcdfgh\)/,
    },
  ],
  [
    "itself as bot Service",
    {
      env: () => ({ PARLEY_BOT_SERVICE: AGENTS }),
      says: /PARLEY_BOT_SERVICE is this bridge itself/,
    },
  ],
  [
    "an unknown bot Service",
    {
      env: () => ({ PARLEY_BOT_SERVICE: "unheardof" }),
      says: /PARLEY_BOT_SERVICE is not among the Services.*Bot Service/,
    },
  ],
])("does not start on %s, and says what to do", async (_, { world, env, prepare, says }) => {
  const { env: good, slack, parley } = await startWorld({ stopped: true, ...world });
  await prepare?.(slack, parley);
  const bad = { ...good, ...env?.(slack) };

  const { code, stderr, output } = await failToStart(bad);

  expect(stderr).toMatch(/^The bridge cannot start:\n/);
  expect(stderr).toMatch(says);
  expect(code).toBe(EXIT_CONFIG);
  for (const name of [
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "PARLEY_SHARED_SECRET",
    "PARLEY_CALLBACK_TOKEN",
  ]) {
    if (bad[name]) expect(output).not.toContain(bad[name]);
  }
});

it("tells in one start all that Slack and Parley refuse", async () => {
  const { env } = await startWorld({ stopped: true, socketMode: true });

  const { code, stderr } = await failToStart({
    ...env,
    SLACK_BOT_TOKEN: "xoxb-wrong-secret",
    SLACK_APP_TOKEN: "xapp-wrong-secret",
    PARLEY_SHARED_SECRET: "wrong-secret",
  });

  expect(code).toBe(EXIT_CONFIG);
  for (const says of [/ {2}- SLACK_BOT_TOKEN /, / {2}- SLACK_APP_TOKEN /, / {2}- Parley refuses/]) {
    expect(stderr).toMatch(says);
  }
});

it("says of a wrong path of Parley's API that it is one, and nothing of credentials", async () => {
  const { env } = await startWorld({ stopped: true });
  const wrong = { ...env, PARLEY_API_URL: env.PARLEY_API_URL?.replace("v2.5", "nowhere") ?? "" };

  const { output } = await failToStart(wrong);

  expect(output).toMatch(/PARLEY_API_URL .*check its path/);
  expect(output).not.toMatch(/credentials|clock/);
});

it("starts as the default Service when PARLEY_BOT_SERVICE names the bot", async () => {
  const world = await startWorld({ stopped: true });
  for (const service of world.parley.state.services.values()) {
    service.default = service.identification === AGENTS;
  }

  await world.startBridge({ PARLEY_BOT_SERVICE: BOT });

  const started = world.log.lines.find(({ event }) => event === "app.started");
  expect(started?.fields).toMatchObject({ bot_service: BOT });
});

it("does not start on a port in use, and names it", async () => {
  const { env } = await startWorld({ stopped: true });
  const other = await startHttpServer(() => undefined);
  onTestFinished(() => other.close());

  const { code, output } = await failToStart({ ...env, PORT: String(other.port) });

  expect(code).toBe(EXIT_CONFIG);
  expect(output).toMatch(new RegExp(`  - PORT ${other.port} on 127.0.0.1 is in use`));
});

it.each([
  ["Slack", "SLACK_API_URL", "/api/"],
  ["Parley", "PARLEY_API_URL", "/serviceApi/v2.5"],
])("does not start while %s cannot be reached, and says so", async (_, name, path) => {
  const { env } = await startWorld({ stopped: true });
  const gone = await startHttpServer(() => undefined);
  await gone.close();

  const { code, output } = await failToStart({ ...env, [name]: gone.url + path });

  expect(code).toBe(1);
  expect(output).toMatch(/ECONNREFUSED.*npm run doctor/);
});

it("makes the folder of its state", async () => {
  const world = await startWorld({ stopped: true });
  const folder = await mkdtemp(join(tmpdir(), "bridge-state-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));

  const path = join(folder, "deep", "er", "bridge.sqlite");
  await world.startBridge({ STATE_URL: `sqlite:${path}` });

  expect(existsSync(path)).toBe(true);
});
