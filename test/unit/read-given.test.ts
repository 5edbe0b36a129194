import { symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readConfig, readStateLocation } from "../../src/config/read-config.ts";
import { readGiven } from "../../src/config/read-given.ts";
import { unknownVariables } from "../../src/config/unknown-variables.ts";
import { SECRET_VARIABLES, VARIABLES } from "../../src/config/variables.ts";
import { weakSecrets } from "../../src/config/weak-secrets.ts";
import { ConfigError } from "../../src/errors.ts";
import { MINIMAL_ENV } from "../support/minimal-env.ts";
import { writeSecret } from "../support/write-secret.ts";

const TOKEN = "SLACK_BOT_TOKEN";
const TOKEN_FILE = "SLACK_BOT_TOKEN_FILE";
const { SLACK_BOT_TOKEN, ...WITHOUT_TOKEN } = MINIMAL_ENV;

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("a secret in a file", () => {
  it.each(SECRET_VARIABLES)("is the value of %s", (name) => {
    const path = writeSecret("5up3r-5ecr3t\n");
    expect(readGiven({ [`${name}_FILE`]: path })).toEqual({
      values: { [name]: "5up3r-5ecr3t" },
      problems: new Map(),
    });
  });

  it("is looked for in place of no other variable", () => {
    const others = VARIABLES.filter((name) => !SECRET_VARIABLES.some((secret) => secret === name));
    const given = readGiven(Object.fromEntries(others.map((name) => [`${name}_FILE`, "/x"])));
    expect(given.values).toEqual({});
    expect(given.problems).toEqual(new Map());
  });

  it.each([
    ["a line feed", `${SLACK_BOT_TOKEN}\n`],
    ["the line end of Windows", `${SLACK_BOT_TOKEN}\r\n`],
    ["nothing around it", SLACK_BOT_TOKEN],
    ["a byte order mark", `\ufeff${SLACK_BOT_TOKEN}\r\n`],
    ["empty lines", `\n${SLACK_BOT_TOKEN}\n\n`],
  ])("may have %s around it", (_, content) => {
    const { slack } = readConfig({ ...WITHOUT_TOKEN, [TOKEN_FILE]: writeSecret(content) });
    expect(slack.botToken.reveal()).toBe(SLACK_BOT_TOKEN);
  });

  it("may stand on two lines while one replaces the other", () => {
    const { PARLEY_CALLBACK_TOKEN: _, ...env } = MINIMAL_ENV;
    const { parley } = readConfig({
      ...env,
      PARLEY_CALLBACK_TOKEN_FILE: writeSecret("n3w-5up3r-5ecr3t\n0ld-5up3r-5ecr3t\n"),
    });
    expect(parley.callbackTokens.map((secret) => secret.reveal())).toEqual([
      "n3w-5up3r-5ecr3t",
      "0ld-5up3r-5ecr3t",
    ]);
  });

  it("is read through a link, as Kubernetes mounts it", () => {
    const path = writeSecret(SLACK_BOT_TOKEN);
    const link = join(dirname(path), "link");
    symlinkSync(path, link);
    expect(readGiven({ [TOKEN_FILE]: link }).values).toEqual({ SLACK_BOT_TOKEN });
  });

  it("counts where the variable itself is empty, and the variable where the other one is", () => {
    const path = writeSecret(SLACK_BOT_TOKEN);
    expect(readGiven({ [TOKEN]: " ", [TOKEN_FILE]: path }).values).toEqual({ SLACK_BOT_TOKEN });
    expect(readGiven({ [TOKEN]: SLACK_BOT_TOKEN, [TOKEN_FILE]: "" }).values).toEqual({
      SLACK_BOT_TOKEN,
    });
  });

  it("is not to stand in the variable too", () => {
    const env = { ...MINIMAL_ENV, [TOKEN_FILE]: writeSecret("xoxb-s3cr3t-other") };
    expect(problemsOf(env)).toEqual([
      "SLACK_BOT_TOKEN_FILE is set besides SLACK_BOT_TOKEN; keep one of the two, and unset the other",
    ]);
  });

  it("is checked like one in the variable", () => {
    const env = { ...WITHOUT_TOKEN, [TOKEN_FILE]: writeSecret("xoxp-s3cr3t") };
    expect(problemsOf(env)).toEqual([
      expect.stringMatching(/^SLACK_BOT_TOKEN must look like xoxb/),
    ]);
  });

  const nowhere = join(tmpdir(), "no", "such", "secret");

  it.each<[string, () => string, RegExp]>([
    ["is not there", () => nowhere, /must be a file that is there/],
    ["is a folder", () => dirname(writeSecret("")), /must be a file and no folder or device/],
    ["never ends", () => "/dev/zero", /must be a file and no folder or device/],
    [
      "is empty",
      () => writeSecret(""),
      /is empty; write into it what belongs into SLACK_BOT_TOKEN$/,
    ],
    ["is blank", () => writeSecret("\ufeff \r\n"), /is empty; /],
    ["is too large", () => writeSecret("s3cr3t".repeat(11_000)), /must be a file of at most 64 kB/],
    ["is no text", () => writeSecret(Buffer.from([0xc3, 0x28])), /must be a file in UTF-8/],
    ["is no text", () => writeSecret(Buffer.from("s3cr3t", "utf16le")), /must be a file in UTF-8/],
  ])("that %s is told by its name and path, and the others with it", (_, write, says) => {
    const path = write();
    const problems = problemsOf({ ...WITHOUT_TOKEN, [TOKEN_FILE]: path, PORT: "x" });
    expect(problems).toEqual([
      expect.stringMatching(says),
      expect.stringMatching(/^PORT must be a whole number/),
    ]);
    expect(problems[0]?.startsWith(`SLACK_BOT_TOKEN_FILE is ${path}, which `)).toBe(true);
    expect(problems.join()).not.toContain("s3cr3t");
  });

  it.each(["xoxb-s3cr3t", "whsec_s3/cr3t", "postgres://a:s3cr3t@b/c", "secrets/s3cr3t"])(
    "is not shown where it stands in place of the path: %s",
    (path) => {
      const [problem, ...others] = problemsOf({ ...WITHOUT_TOKEN, [TOKEN_FILE]: path });
      expect(problem).toMatch(/^SLACK_BOT_TOKEN_FILE must be the whole path of a file, such as /);
      expect(problem).not.toContain("cr3t");
      expect(others).toEqual([]);
    },
  );

  it("makes nothing else be missing when it cannot be read", () => {
    const { SLACK_SIGNING_SECRET: _, ...env } = MINIMAL_ENV;
    const bot = { BOT_EVENTS_URL: "https://bot.example/events" };
    for (const changes of [
      { ...env, SLACK_SIGNING_SECRET_FILE: nowhere },
      { ...env, SLACK_APP_TOKEN_FILE: nowhere },
      { ...MINIMAL_ENV, ...bot, BOT_EVENTS_SECRET_FILE: nowhere },
      { ...MINIMAL_ENV, STATE_URL_FILE: nowhere },
      { ...MINIMAL_ENV, PGPASSWORD_FILE: nowhere },
    ]) {
      expect(problemsOf(changes)).toEqual([expect.stringMatching(/^[A-Z_]+_FILE is /)]);
    }
  });

  it("is told to be weak like any other", () => {
    const given = readGiven({ PARLEY_CALLBACK_TOKEN_FILE: writeSecret("s3cr3t-4") });
    expect(weakSecrets(given)).toEqual([
      expect.stringMatching(/^PARLEY_CALLBACK_TOKEN is shorter than 24 characters/),
    ]);
  });

  it("has a name that is known, and that slips are held against", () => {
    const names = SECRET_VARIABLES.map((name) => `${name}_FILE`);
    expect(unknownVariables(Object.fromEntries(names.map((name) => [name, "/x"])))).toEqual([]);
    expect(unknownVariables({ SLACK_BOT_TOKEN_FIEL: "/x", PGPASWORD_FILE: "/x" })).toEqual([
      "SLACK_BOT_TOKEN_FIEL is not read by the bridge; did you mean SLACK_BOT_TOKEN_FILE?",
      "PGPASWORD_FILE is not read by the bridge; did you mean PGPASSWORD_FILE?",
    ]);
    expect(unknownVariables({ SLACK_CHANNEL_FILE: "/x" })).toEqual([
      "SLACK_CHANNEL_FILE is not read by the bridge; did you mean SLACK_CHANNEL?",
    ]);
  });
});

describe("the place of the state", () => {
  it("is told by files too", () => {
    const location = readStateLocation({
      STATE_URL_FILE: writeSecret("postgres://bridge@db/bridge\n"),
      PGPASSWORD_FILE: writeSecret("s3cr3t\n"),
    });
    if (location.engine !== "postgres") throw new Error("not a database");
    expect(location.url.reveal()).toBe("postgres://bridge@db/bridge");
    expect(location.password?.reveal()).toBe("s3cr3t");
    expect(JSON.stringify(location)).not.toContain("s3cr3t");
  });

  it("needs none of the other secrets", () => {
    expect(readStateLocation({ STATE_URL: "sqlite:x", SLACK_BOT_TOKEN_FILE: "/nowhere" })).toEqual({
      engine: "sqlite",
      path: "x",
    });
    expect(() => readStateLocation({ PGPASSWORD_FILE: "/nowhere" })).toThrow(ConfigError);
  });
});
