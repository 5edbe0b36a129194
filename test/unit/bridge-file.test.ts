import { chmodSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { bridgeFileSchema } from "../../src/config/bridge-file/bridge-file-schema.ts";
import { readBridgeFile } from "../../src/config/bridge-file/read-bridge-file.ts";
import { toTeams } from "../../src/config/bridge-file/to-teams.ts";
import { NO_RULES } from "../../src/config/desk-rules.ts";
import { loadConfig, readConfig } from "../../src/config/read-config.ts";
import { readGiven } from "../../src/config/read-given.ts";
import { ConfigError } from "../../src/errors.ts";
import { makeConfigSchema } from "../support/make-config-schema.ts";
import { MINIMAL_ENV } from "../support/minimal-env.ts";
import { anyText, holds } from "../support/property.ts";
import { writeBridgeFile } from "../support/write-bridge-file.ts";

const CHANNEL = MINIMAL_ENV.SLACK_CHANNEL;
const { SLACK_CHANNEL: _, ...WITHOUT_CHANNEL } = MINIMAL_ENV;

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const problemsIn = (source: string): readonly string[] =>
  readBridgeFile(source, "f", CHANNEL).problems;

const load = (source: string, env: Record<string, string> = MINIMAL_ENV) =>
  loadConfig(readGiven({ ...env, CONFIG_FILE: writeBridgeFile(source) }));

const WHOLE = `
language: nl
teams:
  - name: Support
    channel: C0SUPPORT
    agents: [S0SUPPORT, U0ANNA]
    leads: [S0LEADS]
    hours: office
    outside: queue
    assign: none
    collision: warn
    allow-shared: false
  - name: Billing
    channel: C0BILLING
    when:
      - reason: [refund*, invoice*]
      - metadata: { "order.total": ">500" }
hours:
  office: { timezone: Europe/Amsterdam, open: { mon-fri: "09:00-17:30", sat: "10:00-14:00" }, closed: [2026-12-25..2026-12-26] }
waiting:
  - { after: 3m, remind: thread }
  - { after: 10m, remind: group }
  - { after: 20m, tell-user: waiting }
  - { after: 60m, hand-back: nobody_available }
silent: { after: 30m, release: true }
idle: { after: 24h, hand-back: user_silent }
end-words: [/end, stop]
outcomes: [solved, follow-up, spam]
hand-back: { transcript: none }
links: { CRM: "https://crm.example/{externalId}" }
audit-days: 30
answers: ${join(import.meta.dirname, "../../answers.example")}
texts: { waiting: { nl: "...", en: "..." } }
`;

describe("bridge.yaml", () => {
  it("may say all that belongs into it", () => {
    const { config, warnings } = load(WHOLE, WITHOUT_CHANNEL);

    expect(config).toMatchObject({ language: "nl", auditDays: 30 });
    expect(config.teams).toMatchObject([
      {
        name: "Support",
        channel: "C0SUPPORT",
        writtenAt: "teams[0].channel",
        when: undefined,
        agents: ["S0SUPPORT", "U0ANNA"],
        leads: ["S0LEADS"],
        allowShared: false,
      },
      {
        name: "Billing",
        channel: "C0BILLING",
        writtenAt: "teams[1].channel",
        when: [
          { reason: ["refund*", "invoice*"] },
          {
            metadata: [
              { path: "order.total", condition: { kind: "compares", sign: ">", number: 500 } },
            ],
          },
        ],
        agents: "channel",
        leads: undefined,
        allowShared: false,
      },
    ]);
    expect(config.teams[0].rules).toEqual({
      hours: {
        timezone: "Europe/Amsterdam",
        days: [...Array(5).fill([{ from: 540, to: 1050 }]), [{ from: 600, to: 840 }], []],
        closed: [{ from: "2026-12-25", to: "2026-12-26" }],
      },
      outside: "queue",
      assign: "none",
      collision: "warn",
      waiting: [
        { afterMs: 180_000, remind: "thread" },
        { afterMs: 600_000, remind: "group" },
        { afterMs: 1_200_000, tellUser: "waiting" },
        { afterMs: 3_600_000, handBack: "nobody_available" },
      ],
      silent: { afterMs: 1_800_000, release: true },
      idle: [{ afterMs: 86_400_000, handBack: "user_silent" }],
      endWords: ["/end", "stop"],
      outcomes: ["solved", "follow-up", "spam"],
      transcript: 0,
      links: { CRM: "https://crm.example/{externalId}" },
    });
    expect(warnings).toEqual([]);
  });

  it("leaves all as it is where there is none", () => {
    expect(readConfig(MINIMAL_ENV)).toMatchObject({
      language: "en",
      auditDays: 365,
      teams: [{ channel: CHANNEL, when: undefined, agents: "workspace", allowShared: true }],
    });
  });

  it.each(["", "# nothing yet\n", "{}", "audit-days: 7"])(
    "means one team in SLACK_CHANNEL where it names none: %j",
    (source) => {
      expect(load(source).config.teams).toEqual([
        {
          name: "Support",
          channel: CHANNEL,
          writtenAt: "SLACK_CHANNEL",
          when: undefined,
          agents: "channel",
          leads: undefined,
          allowShared: false,
          rules: NO_RULES,
        },
      ]);
    },
  );

  it("holds for all teams with what stands at the top, unless a team says otherwise", () => {
    const { teams } = load(`
agents: [S0ALL]
leads: [U0BOSS]
allow-shared: true
teams:
  - name: A
  - { name: B, channel: C0B, when: [{ reason: b }], agents: [U0B], leads: [U0LEAD], allow-shared: false }
`).config;
    expect(teams).toMatchObject([
      { agents: ["S0ALL"], leads: ["U0BOSS"], allowShared: true, channel: CHANNEL },
      { agents: ["U0B"], leads: ["U0LEAD"], allowShared: false },
    ]);
  });

  it("needs SLACK_CHANNEL unless every team names a channel, and says so where nobody needs it", () => {
    const both =
      "teams: [{ name: A, channel: C0A }, { name: B, channel: C0B, when: [{ reason: b }] }]";
    const one = "teams: [{ name: A }, { name: B, channel: C0B, when: [{ reason: b }] }]";
    expect(load(both, WITHOUT_CHANNEL).warnings).toEqual([]);
    expect(load(both).warnings).toEqual([
      expect.stringMatching(
        /^SLACK_CHANNEL has no effect, because every team in .* names its channel/,
      ),
    ]);
    expect(load(one).warnings).toEqual([]);
    expect(problemsOf({ ...WITHOUT_CHANNEL, CONFIG_FILE: writeBridgeFile(one) })).toEqual([
      expect.stringMatching(/^SLACK_CHANNEL is missing; .*Or name a channel for each team in /),
    ]);
  });

  it("yields to the environment, with a warning", () => {
    const { config, warnings } = load("language: nl", { ...MINIMAL_ENV, TEAM_LANGUAGE: "de" });
    expect(config.language).toBe("de");
    expect(warnings).toEqual([
      expect.stringMatching(/^TEAM_LANGUAGE is set, so language in .* has no effect$/),
    ]);
    expect(load("language: nl").config.language).toBe("nl");
  });

  it("tells its problems together with those of the environment", () => {
    const path = writeBridgeFile("langauge: nl\nteams:\n  - name: A\n    chanel: C0A\n");
    expect(problemsOf({ ...MINIMAL_ENV, PORT: "x", CONFIG_FILE: path })).toEqual([
      "PORT must be a whole number from 0 to 65535",
      `${path}:1:1 langauge is not known here; did you mean language?`,
      `${path}:4:5 chanel is not known here; did you mean channel?`,
    ]);
  });

  it("is the file of the current folder only if it is there", () => {
    const options = { fileIfThere: writeBridgeFile("language: de") };
    expect(loadConfig(readGiven(MINIMAL_ENV), options).config.language).toBe("de");
    const named = { ...MINIMAL_ENV, CONFIG_FILE: writeBridgeFile("language: nl") };
    expect(loadConfig(readGiven(named), options).config.language).toBe("nl");
    expect(
      loadConfig(readGiven(MINIMAL_ENV), { fileIfThere: "no/such/bridge.yaml" }).config.teams[0]
        .agents,
    ).toBe("workspace");
  });
});

describe("a file that is none", () => {
  const problemOf = (path: string) => problemsOf({ ...MINIMAL_ENV, CONFIG_FILE: path });

  it("is not there", () => {
    const path = join(tmpdir(), "s3cr3t", "bridge.yaml");
    expect(problemOf(path)).toEqual(["CONFIG_FILE must name a file that is there"]);
    expect(problemOf("\u0000")).toEqual(["CONFIG_FILE must name a file that is there"]);
  });

  it("is a folder", () => {
    const path = writeBridgeFile("");
    rmSync(path);
    mkdirSync(path);
    expect(problemOf(path)).toEqual(["CONFIG_FILE must name a file and no folder or device"]);
    expect(problemOf("/dev/zero")).toHaveLength(1);
    expect(() => loadConfig(readGiven(MINIMAL_ENV), { fileIfThere: path })).toThrow(
      /bridge\.yaml must be a file and no folder or device/,
    );
  });

  it("is too large", () => {
    expect(problemOf(writeBridgeFile("# a line\n".repeat(30_000)))).toEqual([
      "CONFIG_FILE must name a file of at most 256 kB",
    ]);
  });

  it.each([
    ["Latin 1", Buffer.from("language: nl # één", "latin1")],
    ["UTF-16", Buffer.from("\ufefflanguage: nl", "utf16le")],
    ["UTF-16 without a mark", Buffer.from("language: nl", "utf16le")],
  ])("is in %s", (_name, bytes) => {
    expect(problemOf(writeBridgeFile(bytes))).toEqual([
      "CONFIG_FILE must name a file in UTF-8: save it anew with that encoding",
    ]);
  });

  it("may begin with the mark of UTF-8, and end its lines as Windows does", () => {
    expect(load("\ufefflanguage: nl\r\naudit-days: 5\r\n").config).toMatchObject({
      language: "nl",
      auditDays: 5,
    });
  });

  it.skipIf(process.getuid?.() === 0)("may not be read", () => {
    const path = writeBridgeFile("language: nl");
    chmodSync(path, 0o000);
    expect(problemOf(path)).toEqual(["CONFIG_FILE must name a file that the bridge may read"]);
  });
});

/** Another team, because one has to be there without rules. */
const other = (team: string): string => `teams: [{ name: Other }, ${team}]`;

const A_VALUE = 'one value: the value itself, a pattern such as "gold*", ">500", exists or missing';

describe("a mistake in bridge.yaml", () => {
  it.each([
    // What is written for something else
    ["langauge: nl", "1:1 langauge is not known here; did you mean language?"],
    ["Language: nl", "1:1 Language is not known here; did you mean language?"],
    ["audit_days: 5", "1:1 audit_days is not known here; did you mean audit-days?"],
    ["auditDays: 5", "1:1 auditDays is not known here; did you mean audit-days?"],
    ["channel: C0A", "1:1 channel belongs into a team, under teams"],
    [
      "teams: [{ name: A, language: nl }]",
      "1:20 language belongs to the top of the file, not here",
    ],
    [
      "SLACK_POSTS_PER_SECOND: 5",
      "1:1 SLACK_POSTS_PER_SECOND is not known here: variables stand in the environment (.env)",
    ],
    [
      "teams: [{ name: A, colour: red }]",
      "1:20 colour is not known here; there can be name, channel, when, hours, agents, leads, outside, assign, collision, allow-shared, waiting, silent, idle, end-words, outcomes, hand-back, links",
    ],
    [
      "language:nl",
      "1:1 the file must be keys with values, such as language: en, with a space after the colon",
    ],
    ["- name: A", "1:1 the file must be keys with values, such as language: en"],
    ["language:", "1:10 language has no value; it must be one of en, nl, de"],
    ["language: dutch", "1:11 language must be one of en, nl, de"],
    ["audit-days: 1.5", "1:13 audit-days must be a whole number of days, such as 365"],
    ["audit-days: 5000", "1:13 audit-days must be at most 3650"],
    ["allow-shared: yes", "1:15 allow-shared must be true or false"],
    ["allow-shared: on", "1:15 allow-shared must be true or false"],
    ["agents: S0A", "1:9 agents must be a list, such as [S0123456789, U0123456789]"],
    [
      "agents: []",
      "1:9 agents must have at least one entry, such as [S0123456789, U0123456789]; or leave it out",
    ],
    [
      "agents: [U0A, '@anna']",
      "1:15 entry 2 of agents must be the id of a user group (S0123456789) or of a member (U0123456789); in Slack it stands under ⋮, Copy group ID or Copy member ID",
    ],
    // Teams
    [
      "teams: []",
      "1:8 teams must have at least one entry, such as - name: Support; or leave it out",
    ],
    [
      "teams: [Support]",
      "1:9 team 1 must be keys with values, such as { name: Support, channel: C0123456789 }",
    ],
    [
      "teams: [{ channel: C0A }]",
      "1:9 name is missing; it must be the name of the team, such as Support",
    ],
    ["teams: [{ name: 24 }]", "1:17 name must be a text: put quotes around it"],
    ["teams: [{ name: true }]", "1:17 name must be a text: put quotes around it"],
    [
      "teams: [{ name: '  ' }]",
      "1:17 name must be the name of the team, such as Support, on one line and not empty",
    ],
    [
      "teams: [{ name: A, channel: '#a' }]",
      "1:29 channel must be the id of a channel, such as C0123456789; in Slack open the channel's details, the id is at the bottom",
    ],
    [
      other("{ name: ' other', channel: C0A, when: [{ reason: a }] }"),
      "1:34 name is also that of the first team: each team needs a name of its own",
    ],
    ...["Ot\u200bher", "\u2060Other", "Other\u00ad", "Ｏther", " OTHER\ufe0f"].map(
      (name): [string, string] => [
        other(`{ name: "${name}", channel: C0A, when: [{ reason: a }] }`),
        "1:34 name is also that of the first team: each team needs a name of its own",
      ],
    ),
    ...["\u202erehtO", "Oth\u200fer", "\u2066Other\u2069"].map((name): [string, string] => [
      other(`{ name: "${name}", channel: C0A, when: [{ reason: a }] }`),
      "1:34 name must have no unseen signs that turn the direction of a text: type it anew",
    ]),
    [
      other("{ name: A, when: [{ reason: a }] }"),
      "1:26 channel is also that of the first team (SLACK_CHANNEL, because it names none): each team needs a channel of its own",
    ],
    [
      other(`{ name: A, channel: ${CHANNEL}, when: [{ reason: a }] }`),
      "1:46 channel is also that of the first team: each team needs a channel of its own",
    ],
    [
      "teams: [{ name: A, when: [{ reason: a }] }]",
      "1:1 teams have rules all of them (when): one must have none, for the handovers that fit no rule",
    ],
    [
      other("{ name: A, channel: C0A }"),
      "1:26 team 2 has no rules (when), like the first team, and so would never get a handover: give it rules",
    ],
    [
      "teams: [{ name: A, hours: ofice }]\nhours: { office: { timezone: UTC, open: { mon: '09:00-17:00' } } }",
      "1:27 hours names hours that are not there; did you mean office?",
    ],
    [
      "teams: [{ name: A, hours: office }]",
      "1:27 hours names hours that are not there: write them under hours, at the top",
    ],
    // Rules
    [
      other("{ name: A, channel: C0A, when: { reason: a } }"),
      "1:57 when must be a list, such as - reason: refund*",
    ],
    [
      other("{ name: A, channel: C0A, when: [] }"),
      "1:57 when must have at least one entry, such as - reason: refund*; or leave it out",
    ],
    [
      other("{ name: A, channel: C0A, when: [{}] }"),
      "1:58 entry 1 of when must say something: reason, metadata or language",
    ],
    [
      other("{ name: A, channel: C0A, when: [{ reason: a, metadata: {} }] }"),
      '1:81 metadata must name at least one value, such as { "order.total": ">500" }; or leave it out',
    ],
    [
      other("{ name: A, channel: C0A, when: [{ reason: '' }] }"),
      "1:68 reason must not be empty; * is any reason",
    ],
    [
      other("{ name: A, channel: C0A, when: [{ reason: [a, ' '] }] }"),
      "1:72 entry 2 of reason must not be empty; * is any reason",
    ],
    [
      other("{ name: A, channel: C0A, when: [{ reason: 404 }] }"),
      "1:68 reason must be a text: put quotes around it",
    ],
    [
      other("{ name: A, channel: C0A, when: [{ reason: [404] }] }"),
      "1:69 entry 1 of reason must be a text: put quotes around it",
    ],
    [
      other("{ name: A, channel: C0A, when: [{ reason: '!spam*' }] }"),
      '1:68 reason must not begin with !, which does not turn a pattern round here: let a team that stands before this one have what is not meant, or write "\\!" for the sign itself',
    ],
    [
      other("{ name: A, channel: C0A, when: [{ metadata: { a.b: [1, 2] } }] }"),
      `1:77 a.b must be ${A_VALUE}; for several values write a rule for each`,
    ],
    [
      other("{ name: A, channel: C0A, when: [{ metadata: { a.b: } }] }"),
      `1:77 a.b has no value; it must be ${A_VALUE}`,
    ],
    [
      other("{ name: A, channel: C0A, when: [{ metadata: { a.b: '>many' } }] }"),
      '1:77 a.b must have a number behind >, such as ">500"',
    ],
    [
      other("{ name: A, channel: C0A, when: [{ metadata: { a.b: '!=' } }] }"),
      '1:77 a.b must say what the value has to be: the value itself, a pattern such as "gold*", ">500", "!=gold", exists or missing',
    ],
    [
      other("{ name: A, channel: C0A, when: [{ metadata: { a.b: 12345678901234567890 } }] }"),
      "1:77 a.b is too large for a number: put quotes around it",
    ],
    [
      other("{ name: A, channel: C0A, when: [{ metadata: { __proto__: x } }] }"),
      "1:72 __proto__ cannot be a key here",
    ],
    [
      other("{ name: A, channel: C0A, when: [{ language: dutch }] }"),
      "1:70 language must be a language such as nl or nl-BE, or a list of them",
    ],
    // What later versions carry out
    [
      "idle: { after: 3, hand-back: user_silent }",
      "1:16 after must be a duration such as 90s, 3m, 24h or 2d",
    ],
    [
      "idle: { after: 0m, hand-back: user_silent }",
      "1:16 after must be a duration such as 90s, 3m, 24h or 2d",
    ],
    [
      "idle: 30m",
      "1:7 idle must be one step, such as { after: 24h, hand-back: user_silent }, or a list of such steps",
    ],
    [
      "waiting: [{ after: 3m }]",
      "1:11 entry 1 of waiting must say what happens then, with one of remind, tell-user and hand-back",
    ],
    ["hand-back: { transcript: last-0 }", "1:26 transcript must be none, all, or last-20"],
    [
      "links: { CRM: crm.example }",
      "1:15 CRM must be an http(s) address such as https://crm.example/{externalId}",
    ],
    ["texts: { waiting: { fr: Attendez } }", "1:21 fr is not known here; there can be en, nl, de"],
    [
      "hours: { x: { timezone: Amsterdam, open: { mon: '09:00-17:00' } } }",
      "1:25 timezone must be the name of a time zone, such as Europe/Amsterdam",
    ],
    [
      "hours: { x: { timezone: UTC, open: { monday: '09:00-17:00' } } }",
      "1:38 monday must be a day or a row of days: mon, tue, wed, thu, fri, sat, sun, or mon-fri",
    ],
    [
      "hours: { x: { timezone: UTC, open: { mon: 9-17 } } }",
      '1:43 mon must be "09:00-17:30", or a list of such spans',
    ],
    [
      "hours: { x: { timezone: UTC, open: { mon: ['09:00-09:00'] } } }",
      '1:44 entry 1 of mon must not end when it begins; a whole day is "00:00-24:00"',
    ],
    [
      "hours: { x: { timezone: UTC, open: { mon: '09:00-17:00' }, closed: [2026-02-30] } }",
      "1:69 entry 1 of closed must be a date such as 2026-12-25, or a row of days such as 2026-12-25..2026-12-26, with days that there are and the earlier one first",
    ],
    // YAML
    [
      "teams:\n\t- name: A",
      "2:1 this has a tab in its indentation: use spaces. The rest of the file is looked at once this is mended",
    ],
    ["language: nl\nlanguage: en", "2:1 this key stands here a second time: keep one of them"],
    [
      "teams:\n  - name: Support: first line",
      "2:11 this has a colon where none can be: put quotes around a text with a colon in it, or begin a new line and indent it. The rest of the file is looked at once this is mended",
    ],
    [
      other("{ name: A, channel: C0A, when: [{ reason: *refund* }] }"),
      "1:68 this is an alias of YAML, which is not read here: write out what it stands for; if it is a text that begins with *, put quotes around it",
    ],
    [
      "teams: [{ name: &Co }]",
      "1:21 this is an anchor of YAML, which is not read here: leave it out; if it is a text that begins with &, put quotes around it",
    ],
    [
      "answers: !important x",
      "1:10 this is a tag of YAML, which is not read here: if it is a text that begins with !, put quotes around it",
    ],
    [
      other("{ name: A, channel: C0A, when: [{ metadata: { a: >500 } }] }"),
      "1:75 this begins with a sign that means something else in YAML: put quotes around the text. The rest of the file is looked at once this is mended",
    ],
    [
      "teams:\n  - name: A\n    when:\n      - metadata:\n          a: >500\n",
      "5:16 this begins with a sign that means something else in YAML: put quotes around the text. The rest of the file is looked at once this is mended",
    ],
    [
      'answers: "x',
      "1:12 this lacks a quote, bracket, comma or colon, here or above. The rest of the file is looked at once this is mended",
    ],
    [
      "language: nl\n---\nlanguage: en",
      "2:1 this begins a second document: leave the line --- out. The rest of the file is looked at once this is mended",
    ],
    [
      "%YAML 1.1\n---\nlanguage: nl",
      "1:1 this asks for another version of YAML: leave the line %YAML out",
    ],
    [`teams: ${"[".repeat(80)}${"]".repeat(80)}`, "1:1 this is nested too deep"],
  ])("is told with its place and what to write instead: %s", (source, says) => {
    expect(problemsIn(source)).toEqual([`f:${says}`]);
  });

  it("that is none of YAML is told alone, because what is told behind it mostly comes of it", () => {
    const problems = problemsIn(
      "langauge: nl\nteams:\n  - name: A: b\n   channel: C0A\n  agents: x\n",
    );
    expect(problems).toEqual([
      expect.stringMatching(/^f:3:11 .* The rest of the file is looked at once this is mended$/),
    ]);
  });

  it("is told with all others, in the order of the file", () => {
    const problems = problemsIn(`
langauge: nl
teams:
  - nmae: A
    agents: S0A
    hours: none
  - name: B
    channel: "#b"
    when:
      - reason: *refund*
        lang: nl
  - name: b
    channel: C0B
audit-days: many
`);
    expect(problems.map((problem) => problem.split(" ", 2).join(" "))).toEqual([
      "f:2:1 langauge",
      "f:4:5 nmae",
      "f:4:5 name",
      "f:5:13 agents",
      "f:6:12 hours",
      "f:8:14 channel",
      "f:10:17 this",
      "f:11:9 lang",
      "f:12:5 team",
      "f:12:11 name",
      "f:14:13 audit-days",
    ]);
  });

  it("does not hide what else is wrong where it stands", () => {
    expect(problemsIn("teams:\n  - naem: Support\n    channel: C0A\n")).toEqual([
      "f:2:5 naem is not known here; did you mean name?",
      "f:2:5 name is missing; it must be the name of the team, such as Support",
    ]);
    expect(problemsIn("waiting:\n  - { remind: thread, handback: declined }")).toEqual([
      "f:2:5 after is missing; it must be a duration such as 90s, 3m, 24h or 2d",
      "f:2:23 handback is not known here; did you mean hand-back?",
    ]);
    expect(problemsIn("hours: { office: {} }")).toEqual([
      expect.stringMatching(/^f:1:18 timezone is missing/),
      expect.stringMatching(/^f:1:18 open is missing/),
    ]);
  });

  it.each([
    ["a token", "answers: xoxb-1000000001-2000000002-s3cr3t", "1:10"],
    ["a token in a comment", "language: nl\n# xapp-1-A000-s3cr3t", "2:3"],
    ["a token as a key", "xoxp-1000000001-s3cr3t: x", "1:1"],
    ["a password in an address", "links: { DB: 'https://anna:s3cr3t@crm.example/' }", "1:20"],
    ["hexadecimal", "answers: 0123456789abcdef0123456789abcdef", "1:10"],
    ["base64", "answers: c3cr3tX9kQ2vB7nM4pL8wZ1rT6yU3iO5==", "1:10"],
    [
      "a key of an address",
      "links: { A: 'https://a.example/?key=c3cr3tX9kQ2vB7nM4pL8wZ1rT6yU3iO5' }",
      "1:37",
    ],
    [
      "a private key",
      "answers: |\n  -----BEGIN PRIVATE KEY-----\n  MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n",
      "2:3",
    ],
    ["a signed token", "answers: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.s3cr3t", "1:10"],
    ["what is called so", "api_key: s3cr3t", "1:1"],
  ])("may be a secret, which is refused and not repeated: %s", (_name, source, place) => {
    const problems = problemsIn(source);
    expect(problems[0]).toMatch(
      new RegExp(`^f:${place} .*looks like a secret: secrets stand in the environment`),
    );
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain("3cr3t");
  });

  it.each([
    "answers: ./answers/Support-2026/Very-long-name-of-a-folder-2027/NL",
    "links: { CRM: 'https://crm.example/Customers/2026/Overview-of-Everything?customer={externalId}' }",
    "outcomes: [wait-for-the-answer-of-the-supplier-or-the-customer-in-2026]",
    "end-words: [Donaudampfschifffahrtsgesellschaft]",
  ])("is not seen where there is no secret: %s", (source) => {
    expect(problemsIn(source)).toEqual([]);
  });

  it.each([
    [
      "aliases without end",
      `a: &a [x, x]\n${"bcdefghij".replaceAll(/./g, (name) => `${name}: &${name} [*${name === "b" ? "a" : String.fromCharCode(name.charCodeAt(0) - 1)}, *a]\n`)}teams: *j\n`,
    ],
    ["an alias of itself", "teams: &a [*a]"],
    ["brackets without end", "[".repeat(100_000)],
    ["keys without end", "a: ".repeat(50_000)],
    [
      "indentation without end",
      Array.from({ length: 700 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join(""),
    ],
    ["beginnings of signed tokens without end", `langauge: nl # ${"eyJ-".repeat(60_000)}`],
    ["keys of other kinds", "? [a]\n: b\n? {c: d}\n: e\n"],
    ["nothing but signs", "\u0001\u0002: [%@`"],
  ])("does no harm: %s", (_name, source) => {
    const problems = problemsIn(source);
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatch(/^f:\d+:\d+ \S/);
  });
});

/** What a tired hand does to a file: something comes in, goes away, or changes places. */
const anyEdit = fc.record({
  at: fc.nat(2_000),
  removed: fc.nat(5),
  added: fc.oneof(
    anyText(8),
    fc.constantFrom("\t", "- ", ": ", "\n", '"', "'", "#", "&a ", "*a", "!", "|", "null", "---\n"),
  ),
});

describe("whatever is typed into a file", () => {
  holds(
    "it is either right, with one team for all others, or what is wrong is told with its place",
    fc.array(anyEdit, { minLength: 1, maxLength: 3 }),
    (edits) => {
      const source = edits.reduce(
        (text, { at, removed, added }) => text.slice(0, at) + added + text.slice(at + removed),
        WHOLE,
      );
      const { file, problems } = readBridgeFile(source, "f", CHANNEL);
      expect(file === undefined).toBe(problems.length > 0);
      if (file) {
        const teams = toTeams(file, CHANNEL);
        expect(teams.filter(({ when }) => when === undefined)).toHaveLength(1);
        expect(new Set(teams.map(({ channel }) => channel)).size).toBe(teams.length);
      }
      const lines = source.split("\n").length;
      for (const problem of problems) {
        const [, line, says] = /^f:(\d+):\d+ (\S.*)$/s.exec(problem) ?? [];
        expect([problem, Number(line) <= lines]).toEqual([problem, true]);
        expect(says).not.toMatch(/undefined|invalid|expected|unrecognized|object Object/i);
      }
    },
    { runs: 100 },
  );
});

describe("bridge.schema.json", () => {
  const schema: unknown = JSON.parse(readFileSync("bridge.schema.json", "utf8"));

  it("is made of the schema by which the file is read (npm run config:schema)", () => {
    expect(schema).toEqual(JSON.parse(JSON.stringify(makeConfigSchema())));
  });

  it("lets an editor tell what is right, and what is wrong", () => {
    const check = new Ajv({ strict: false }).compile(schema as object);
    const says = (source: string) => check(parse(source)) as boolean;
    expect([WHOLE, readFileSync("bridge.example.yaml", "utf8")].map(says)).toEqual([true, true]);
    expect(
      ["langauge: nl", "teams: [{ channel: C0A }]", "audit-days: 0", "idle: 30m"].map(says),
    ).toEqual([false, false, false, false]);
  });

  it("has a sentence for each field", () => {
    const fields = fieldsIn(schema);
    expect(fields.length).toBeGreaterThan(40);
    const without = fields.filter(([, { description }]) => !/^[A-Z"].*\.$/.test(description ?? ""));
    expect(without.map(([name]) => name)).toEqual([]);
  });

  it("is named in the first line of the example, for editors", () => {
    const [first] = readFileSync("bridge.example.yaml", "utf8").split("\n");
    expect(first).toBe("# yaml-language-server: $schema=./bridge.schema.json");
  });
});

describe("bridge.example.yaml", () => {
  const source = readFileSync("bridge.example.yaml", "utf8");

  it("is read without a problem or a warning", () => {
    const here = source.replace(
      "./answers.example",
      join(import.meta.dirname, "../../answers.example"),
    );
    expect(load(here, WITHOUT_CHANNEL).warnings).toEqual([]);
  });

  it("shows all that has an effect", () => {
    const { file } = readBridgeFile(source, "f", undefined);
    const shown = new Set(
      [file, ...(file?.teams ?? [])].flatMap((part) => Object.keys(part ?? {})),
    );
    const whole = readBridgeFile(WHOLE, "f", undefined);
    const known = [file, ...(whole.file?.teams ?? [])].flatMap((part) => Object.keys(part ?? {}));
    const all = new Set([...Object.keys(bridgeFileSchema.shape), ...known]);
    expect([...all].filter((key) => !shown.has(key))).toEqual([]);
  });
});

describe.each(["docs/teams.md", "docs/desk.md"])("%s", (path) => {
  const examples = readFileSync(path, "utf8").match(/(?<=```yaml\n)[^`]*(?=```)/g) ?? [];

  it("shows only files that are right", () => {
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) expect([example, problemsIn(example)]).toEqual([example, []]);
  });
});

interface Field {
  readonly description?: string;
}

/** Every property of the schema, with its name. */
function fieldsIn(schema: unknown): [string, Field][] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties = {} } = schema as { properties?: Record<string, Field> };
  const own = Object.entries(Array.isArray(schema) ? {} : properties);
  return [...own, ...Object.values(schema).flatMap((part) => fieldsIn(part))];
}
