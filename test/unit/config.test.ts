import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { type Config, readConfig, readStateLocation } from "../../src/config/read-config.ts";
import { readGiven } from "../../src/config/read-given.ts";
import { toSecret } from "../../src/config/secret.ts";
import { unknownVariables } from "../../src/config/unknown-variables.ts";
import { VARIABLES } from "../../src/config/variables.ts";
import { weakSecrets } from "../../src/config/weak-secrets.ts";
import { ConfigError } from "../../src/errors.ts";
import { MINIMAL_ENV } from "../support/minimal-env.ts";

function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("the configuration", () => {
  it("needs no more than seven variables", () => {
    expect(readConfig(MINIMAL_ENV)).toMatchObject({
      slack: {
        appToken: undefined,
        apiUrl: "https://slack.com/api/",
        postsPerSecond: 1,
        pingTimeoutMs: 3_000,
      },
      parley: {
        serviceId: "svc",
        accountId: "acct",
        apiUrl: "https://api.parley.nu/serviceApi/v2.5",
        botService: undefined,
        messagesPath: "/users/{userId}/messages",
        agentFields: "object",
        ownerUnknown: "deliver",
      },
      state: { engine: "sqlite", path: "./data/bridge.sqlite" },
      host: "127.0.0.1",
      port: 3000,
      logLevel: "info",
    });
    for (const name of Object.keys(MINIMAL_ENV)) {
      const problems = problemsOf({ ...MINIMAL_ENV, [name]: undefined });
      expect(problems, name).toHaveLength(1);
      expect(problems[0]).toMatch(new RegExp(`^${name} is missing; `));
    }
  });

  it("reads every variable", () => {
    const { slack, parley, ...rest } = readConfig({
      ...MINIMAL_ENV,
      SLACK_APP_TOKEN: "xapp-1",
      SLACK_API_URL: "http://127.0.0.1:1/api/",
      SLACK_POSTS_PER_SECOND: "2.5",
      PARLEY_API_URL: "http://127.0.0.1:2/v2.5//",
      PARLEY_BOT_SERVICE: "bot",
      PARLEY_MESSAGES_PATH: "/u/{userId}/m",
      PARLEY_AGENT_FIELDS: "flat",
      PARLEY_OWNER_UNKNOWN: "ignore",
      PARLEY_CONNECT_TIMEOUT_MS: "100",
      PARLEY_RESPONSE_TIMEOUT_MS: "200",
      STATE_URL: "sqlite:/var/lib/x",
      HOST: "0.0.0.0",
      PORT: "0",
      LOG_LEVEL: "trace",
    });
    expect(slack.botToken.reveal()).toBe("xoxb-s3cr3t-1");
    expect(slack.signingSecrets.map((secret) => secret.reveal())).toEqual(["s3cr3t-2"]);
    expect(slack.appToken?.reveal()).toBe("xapp-1");
    expect(slack).toMatchObject({ apiUrl: "http://127.0.0.1:1/api/", postsPerSecond: 2.5 });
    expect(parley.sharedSecret.reveal()).toBe("s3cr3t-3");
    expect(parley.callbackTokens.map((token) => token.reveal())).toEqual(["s3cr3t-4"]);
    expect(parley).toMatchObject({
      apiUrl: "http://127.0.0.1:2/v2.5",
      botService: "bot",
      messagesPath: "/u/{userId}/m",
      agentFields: "flat",
      ownerUnknown: "ignore",
      connectTimeoutMs: 100,
      responseTimeoutMs: 200,
    });
    expect(rest).toMatchObject({
      state: { engine: "sqlite", path: "/var/lib/x" },
      host: "0.0.0.0",
      port: 0,
      logLevel: "trace",
    });
  });

  it("takes an empty or blank variable for one that is not set", () => {
    expect(
      readConfig({ ...MINIMAL_ENV, PORT: "", LOG_LEVEL: "  ", PARLEY_BOT_SERVICE: "" }),
    ).toEqual(expect.objectContaining({ port: 3000, logLevel: "info" }));
    expect(problemsOf({ ...MINIMAL_ENV, SLACK_CHANNEL: " " })[0]).toMatch(
      /^SLACK_CHANNEL is missing/,
    );
  });

  it.each([
    ["SLACK_SIGNING_SECRET", ({ slack }: Config) => slack.signingSecrets],
    ["PARLEY_CALLBACK_TOKEN", ({ parley }: Config) => parley.callbackTokens],
  ])("reads both values of %s", (name, secretsOf) => {
    const value = "n3w-5up3r-5ecr3t \t0ld-5up3r-5ecr3t\n";
    const read = secretsOf(readConfig({ ...MINIMAL_ENV, [name]: value }));
    expect(read.map((secret) => secret.reveal())).toEqual(["n3w-5up3r-5ecr3t", "0ld-5up3r-5ecr3t"]);
  });

  it("needs no signing secret in Socket Mode", () => {
    const env = { ...MINIMAL_ENV, SLACK_SIGNING_SECRET: undefined };
    expect(problemsOf(env)).toHaveLength(1);
    expect(problemsOf({ ...env, SLACK_APP_TOKEN: "xapp-1" })).toEqual([]);
  });

  it("lists every problem at once, each with the place where the value is found", () => {
    const problems = problemsOf({
      SLACK_BOT_TOKEN: "xoxp-s3cr3t",
      SLACK_CHANNEL: "#s3cr3t",
      SLACK_API_URL: "s3cr3t",
      PARLEY_ACCOUNT_IDENTIFICATION: "a|s3cr3t",
      PARLEY_API_URL: "ftp://s3cr3t",
      PARLEY_MESSAGES_PATH: "/s3cr3t",
      PARLEY_AGENT_FIELDS: "s3cr3t",
      PARLEY_RESPONSE_TIMEOUT_MS: "99",
      STATE_URL: "s3cr3t://x",
      PORT: "65536",
      LOG_LEVEL: "s3cr3t",
      SLACK_POSTS_PER_SECOND: "s3cr3t",
    });
    const named = new Set(problems.map((problem) => problem.split(" ", 1).join()));
    expect([...named].toSorted()).toEqual([
      "LOG_LEVEL",
      "PARLEY_ACCOUNT_IDENTIFICATION",
      "PARLEY_AGENT_FIELDS",
      "PARLEY_API_URL",
      "PARLEY_CALLBACK_TOKEN",
      "PARLEY_MESSAGES_PATH",
      "PARLEY_RESPONSE_TIMEOUT_MS",
      "PARLEY_SERVICE_IDENTIFICATION",
      "PARLEY_SHARED_SECRET",
      "PORT",
      "SLACK_API_URL",
      "SLACK_BOT_TOKEN",
      "SLACK_CHANNEL",
      "SLACK_POSTS_PER_SECOND",
      "SLACK_SIGNING_SECRET",
      "STATE_URL",
    ]);
    const message = new ConfigError(problems).message;
    for (const problem of problems) expect(message.split("\n")).toContain(`  - ${problem}`);
    expect(message).not.toContain("s3cr3t");
    expect(message).toContain("OAuth & Permissions");
    expect(message).toContain("Parley support");
  });

  it.each([
    ["PORT", "-1"],
    ["PORT", "3000.5"],
    ["PORT", "three thousand"],
    ["SLACK_POSTS_PER_SECOND", "0"],
    ["PARLEY_CONNECT_TIMEOUT_MS", "1e9"],
    ["SLACK_API_URL", "https://slack.com/api"],
    ["PARLEY_MESSAGES_PATH", "users/{userId}"],
    ["SLACK_CHANNEL", "D0123456789"],
    ["SLACK_APP_TOKEN", "xoxb-1"],
  ])("refuses %s=%s, without repeating it", (name, value) => {
    const problems = problemsOf({ ...MINIMAL_ENV, [name]: value });
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem.startsWith(`${name} must `)).toBe(true);
  });

  it.each([
    ["PARLEY_CALLBACK_TOKEN", "Bearer "],
    ["PARLEY_CALLBACK_TOKEN", "bearer\t\n"],
    ["PARLEY_CALLBACK_TOKEN", "x"],
    ["PARLEY_CALLBACK_TOKEN", "1234567"],
    ["PARLEY_CALLBACK_TOKEN", "Bearer 1234567"],
    ["PARLEY_CALLBACK_TOKEN", "5up3r-5ecr3t-t0ken x"],
    ["PARLEY_CALLBACK_TOKEN", "one-of-three-values two-of-three-values three-of-three-values"],
    ["PARLEY_CALLBACK_TOKEN", "YOUR-TOKEN"],
    ["SLACK_SIGNING_SECRET", "xoxb-1000000001-2000000002-abcdefghijkl"],
    ["PARLEY_CALLBACK_TOKEN", "xapp-1-A000-abcdefghijkl"],
    ["PARLEY_CALLBACK_TOKEN", "your_callback_token_here"],
    ["PARLEY_CALLBACK_TOKEN", "<long-random-text>"],
    ["PARLEY_CALLBACK_TOKEN", "xxxxxxxxxxxxxxxx"],
    ["PARLEY_CALLBACK_TOKEN", "changeme"],
    ["PARLEY_CALLBACK_TOKEN", '"5up3r-5ecr3t-t0ken-in-quotes"'],
    ["PARLEY_CALLBACK_TOKEN", "5up3r-\u00fcber-5ecr3t-t0ken"],
    ["SLACK_SIGNING_SECRET", "x"],
    ["SLACK_SIGNING_SECRET", "your-signing-secret"],
    ["SLACK_SIGNING_SECRET", "'8f742231b10e8888abcd99yyyzzz85a5'"],
    ["PARLEY_SHARED_SECRET", "YOUR-SECRET"],
    ["PARLEY_SHARED_SECRET", '"5up3r-5ecr3t"'],
    ["PARLEY_SHARED_SECRET", "two words"],
  ])("refuses %s=%j, which would guard nothing or refuse everything", (name, value) => {
    const problems = problemsOf({ ...MINIMAL_ENV, [name]: value });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} (must|is) `))]);
    const inside = value.trim().replace(/^bearer\s*/i, "");
    if (inside.length > 1) expect(problems[0]).not.toContain(inside);
  });

  it("takes a header's value as callback token, and two tokens while one takes the other's place", () => {
    const tokens = "Bearer 0ld-5up3r-5ecr3t  n3w-5up3r-5ecr3t\n";
    expect(problemsOf({ ...MINIMAL_ENV, PARLEY_CALLBACK_TOKEN: tokens })).toEqual([]);
    const secrets = "0ld-5igning n3w-5igning";
    expect(problemsOf({ ...MINIMAL_ENV, SLACK_SIGNING_SECRET: secrets })).toEqual([]);
  });

  it("takes no white space around a value for a part of it", () => {
    const padded = Object.fromEntries(
      Object.entries(MINIMAL_ENV).map(([name, value]) => [name, ` ${value}\r\n`]),
    );
    const { teams, slack, parley } = readConfig(padded);
    expect(slack.botToken.reveal()).toBe(MINIMAL_ENV.SLACK_BOT_TOKEN);
    expect(teams[0].channel).toBe(MINIMAL_ENV.SLACK_CHANNEL);
    expect(parley.sharedSecret.reveal()).toBe(MINIMAL_ENV.PARLEY_SHARED_SECRET);
    expect(parley.serviceId).toBe(MINIMAL_ENV.PARLEY_SERVICE_IDENTIFICATION);
  });

  it("warns of a secret that could be guessed, without repeating it", () => {
    const warnings = weakSecrets(
      readGiven({
        ...MINIMAL_ENV,
        SLACK_SIGNING_SECRET: "0123456789abcdef01234567",
        PARLEY_CALLBACK_TOKEN: `${"a1".repeat(12)} s3cr3t-5-s3cr3t`,
      }),
    );
    expect(warnings).toEqual([
      expect.stringMatching(/^PARLEY_CALLBACK_TOKEN .*24 characters.*openssl rand -hex 32/),
    ]);
    expect(warnings.join()).not.toContain("s3cr3t");
    expect(weakSecrets(readGiven({}))).toEqual([]);
  });

  it.each([
    ["AGENT_ALIASES", '{"U012AB3CD": "Anna", "anna@s3cr3t": "Anna"}', /entry 2 .*Slack id/],
    ["AGENT_ALIASES", '{"U012AB3CD": {"name": "s3cr3t", "avatar": "http://x"}}', /entry 1 .*https/],
    ["AGENT_ALIASES", '{"U012AB3CD": ""}', /entry 1 /],
    ["AGENT_ALIASES", '["s3cr3t"]', /must be JSON such as/],
    ["TEAM_IDENTITY", '{"nom": "s3cr3t"}', /must be JSON such as .*"name".*https/],
    ["TEAM_IDENTITY", '{"name": "s3cr3t", "avatar": "s3cr3t"}', /must be JSON such as .*https/],
    ["TEAM_IDENTITY", "s3cr3t", /must be JSON such as/],
  ])("says what %s=%s should be", (name, value, says) => {
    const problems = problemsOf({ ...MINIMAL_ENV, [name]: value });
    expect(problems).toEqual([expect.stringMatching(says)]);
    expect(problems[0]).toMatch(new RegExp(`^${name} must `));
    expect(problems[0]).not.toContain("s3cr3t");
  });

  it("says of no variable what only a programmer understands", () => {
    const odd = [
      "\u0000",
      "-1e999",
      "[]",
      "{}",
      "null",
      "[::1",
      "::1]:80",
      "localhost:3000",
      "\ud83d",
    ];
    const problems = VARIABLES.flatMap((name) =>
      odd.flatMap((value) => problemsOf({ ...MINIMAL_ENV, [name]: value })),
    );
    expect(problems.length).toBeGreaterThan(100);
    expect(problems.filter((problem) => !/^[A-Z_]+ (must|is|are) /.test(problem))).toEqual([]);
  });

  it.each([
    ["[::1]", "::1"],
    ["::1", "::1"],
    ["localhost", "localhost"],
    ["0.0.0.0", "0.0.0.0"],
  ])("listens on HOST=%s", (value, host) => {
    expect(readConfig({ ...MINIMAL_ENV, HOST: value }).host).toBe(host);
  });

  it.each(["localhost:3000", "[::1]:3000", "http://localhost", "a b"])(
    "refuses HOST=%s",
    (value) => {
      expect(problemsOf({ ...MINIMAL_ENV, HOST: value })).toEqual([
        expect.stringMatching(/^HOST must be .*PORT/),
      ]);
    },
  );

  it("shows no secret, however it is printed", () => {
    const config = readConfig({ ...MINIMAL_ENV, SLACK_APP_TOKEN: "xapp-s3cr3t" });
    const shown = [
      JSON.stringify(config),
      inspect(config, { depth: 9 }),
      `${config.slack.botToken as unknown as string}`,
    ];
    for (const text of shown) {
      expect(text).not.toContain("s3cr3t");
      expect(text).toContain("[redacted]");
    }
  });

  it("hints at the variable that was most likely meant", () => {
    const hints = unknownVariables({
      ...MINIMAL_ENV,
      SLACK_CHANEL: "C1",
      PARLEY_BOT_SERVICES: "x",
      PATH: "/bin",
      SLACKER: "x",
    });
    expect(hints).toEqual([
      "SLACK_CHANEL is not read by the bridge; did you mean SLACK_CHANNEL?",
      "PARLEY_BOT_SERVICES is not read by the bridge; did you mean PARLEY_BOT_SERVICE?",
    ]);
    expect(unknownVariables(Object.fromEntries(VARIABLES.map((name) => [name, "x"])))).toEqual([]);
  });

  it.each([
    ["REPLYMODE", "REPLY_MODE"],
    ["UNDO_SECOND", "UNDO_SECONDS"],
    ["RETENTION_DAY", "RETENTION_DAYS"],
    ["reply_mode", "REPLY_MODE"],
    ["RELPY_MODE", "REPLY_MODE"],
    ["MENTION", "MENTIONS"],
    ["STATE_URI", "STATE_URL"],
  ])("takes %s for a slip of %s", (given, meant) => {
    expect(unknownVariables({ ...MINIMAL_ENV, [given]: "x" })).toEqual([
      `${given} is not read by the bridge; did you mean ${meant}?`,
    ]);
  });

  it("leaves other programs' variables alone", () => {
    const others = ["HOSTS", "POST", "PORTS", "PATH", "STATE_DIRECTORY", "npm_config_state_url"];
    expect(unknownVariables(Object.fromEntries(others.map((name) => [name, "x"])))).toEqual([]);
  });

  it("reads the place of the state alone", () => {
    expect(readStateLocation({})).toEqual({ engine: "sqlite", path: "./data/bridge.sqlite" });
    expect(readStateLocation({ STATE_URL: "sqlite:x" })).toEqual({ engine: "sqlite", path: "x" });
    expect(() => readStateLocation({ STATE_URL: "mysql://s3cr3t" })).toThrow(ConfigError);
  });

  it.each([
    ["sqlite:./data/bridge.sqlite", "./data/bridge.sqlite"],
    ["sqlite:/var/lib/bridge.sqlite", "/var/lib/bridge.sqlite"],
    ["sqlite:///var/lib/bridge.sqlite", "/var/lib/bridge.sqlite"],
  ])("reads the path of %s", (STATE_URL, path) => {
    expect(readStateLocation({ STATE_URL })).toEqual({ engine: "sqlite", path });
  });

  it.each(["postgres://bridge:s3cr3t@db:5432/bridge", "postgresql:///bridge?host=/run/postgresql"])(
    "takes %s for a database, and keeps its password to itself",
    (STATE_URL) => {
      const location = readStateLocation({
        STATE_URL,
        PGPASSWORD: "s3cr3t",
        PGPASSFILE: "/etc/pass",
      });
      expect(location).toMatchObject({ engine: "postgres", passwordFile: "/etc/pass" });
      expect(JSON.stringify(location)).not.toContain("s3cr3t");
    },
  );

  it.each(["postgres:bridge", "postgres://bridge@db:port/bridge"])("refuses %s", (STATE_URL) => {
    expect(() => readStateLocation({ STATE_URL })).toThrow(/must look like .*postgres:\/\//);
  });

  it.each([
    ["sqlite::memory:", /only in memory/],
    ["sqlite://:memory:", /only in memory/],
    ["sqlite::MEMORY:", /only in memory/],
    ["sqlite:file::memory:?cache=shared", /only in memory/],
    ["sqlite:file:data/bridge.sqlite?mode=memory", /only in memory/],
    ["sqlite://file:data/bridge.sqlite", /by its path/],
    ["sqlite:", /must look like sqlite:\.\/data/],
    ["sqlite://", /must look like sqlite:\.\/data/],
    ["sqlite:data/", /must look like sqlite:\.\/data/],
  ])("refuses %s, which is no file", (STATE_URL, says) => {
    expect(() => readStateLocation({ STATE_URL })).toThrow(says);
    expect(problemsOf({ ...MINIMAL_ENV, STATE_URL })).toEqual([expect.stringMatching(says)]);
  });
});

describe("a secret", () => {
  const secret = toSecret("s3cr3t");

  it("shows itself only when it is asked", () => {
    expect(secret.reveal()).toBe("s3cr3t");
    const shown = [
      String(secret),
      `${secret as unknown as string}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ deep: [secret] }, { showHidden: true, depth: 9 }),
    ];
    for (const text of shown) {
      expect(text).toContain("[redacted]");
      expect(text).not.toContain("s3cr3t");
    }
  });
});
