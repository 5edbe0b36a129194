import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { ALARM_NAMES } from "../../src/alarms.ts";
import { INFERRED_FACTS } from "../../src/app/doctor/inferred-facts.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { SECRET_VARIABLES, VARIABLES } from "../../src/config/variables.ts";
import { ConfigError } from "../../src/errors.ts";
import { PROGRAM_ENDINGS } from "../../src/files/programs.ts";
import { createMetrics } from "../../src/ops/metrics.ts";
import { anchorsOf } from "../support/anchors.ts";
import { MINIMAL_ENV } from "../support/minimal-env.ts";
import { readSources } from "../support/sources.ts";

/** May stay unset, and then mean something that no value says. */
const NO_DEFAULT = [
  "BOT_EVENTS_URL",
  "BOT_EVENTS_SECRET",
  "SLACK_APP_TOKEN",
  "CONFIG_FILE",
  "PARLEY_BOT_SERVICE",
  "PARLEY_MEDIA_HOSTS",
  "AGENT_ALIASES",
  "PGPASSFILE",
  "PGPASSWORD",
  "PUBLIC_URL",
  "SHOW_USER_IDENTITY",
  "TEAM_IDENTITY",
];

const read = (path: string): string => readFileSync(path, "utf8");
const sources = readSources("src");

/** What the bridge makes of its variables; secrets show as "[redacted]". */
const effect = (env: Record<string, string>): unknown =>
  JSON.parse(JSON.stringify(readConfig({ ...MINIMAL_ENV, ...env })));

/** The rows of the first table whose first header cell is `first`, as cells without decoration. */
function table(document: string, first: string): string[][] {
  const [, after = ""] = document.split(new RegExp(`^\\| ${first} \\|.*\\n`, "m"));
  const rows = after.split("\n").slice(1);
  const end = rows.findIndex((row) => !row.startsWith("|"));
  return rows.slice(0, end).map((row) =>
    row
      .slice(1, -1)
      .split(" | ")
      .map((cell) => cell.trim()),
  );
}

const codeIn = (cell: string | undefined): string[] =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

function namesOfProblems(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => problem.split(" ")[0] ?? "");
  }
}

describe(".env.example", () => {
  const text = read(".env.example");
  const optional = parseEnv(text.replaceAll(/^# (?=[A-Z_]+=)/gm, ""));

  it("names every variable in the order of the configuration", () => {
    const names = [...text.matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
    expect(names).toEqual(VARIABLES);
  });

  it("asks for exactly the variables that have to be set", () => {
    const asked = parseEnv(text);
    expect(Object.values(asked).filter((value) => value !== "")).toEqual([]);
    expect(Object.keys(asked).sort()).toEqual(namesOfProblems({}).sort());
  });

  it("shows the true defaults", () => {
    const shown = Object.entries(optional).filter(([, value]) => value !== "" && value !== "…");
    expect(shown.length).toBeGreaterThan(10);
    expect(effect(Object.fromEntries(shown) as Record<string, string>)).toEqual(effect({}));
  });

  it("says of nothing with a default that it has none", () => {
    const without = Object.entries(optional).filter(([, value]) => value === "…");
    expect(without.map(([name]) => name).sort()).toEqual(NO_DEFAULT.toSorted());
  });
});

describe("docs/configuration.md", () => {
  const text = read("docs/configuration.md");
  const rows = table(text, "variable");

  it("has a row for every variable", () => {
    expect(rows.map(([name]) => codeIn(name).join())).toEqual(VARIABLES);
  });

  it("tells the true defaults", () => {
    const defaults = rows.flatMap(([name, value]) => {
      const [variable = ""] = codeIn(name);
      const [fallback] = codeIn(value);
      return fallback === undefined ? [] : [[variable, fallback] as const];
    });
    expect(effect(Object.fromEntries(defaults))).toEqual(effect({}));
    const none = rows.filter(([, value]) => value === "none").map(([name]) => codeIn(name).join());
    const hasNone = [...namesOfProblems({}), ...NO_DEFAULT];
    expect(none.sort()).toEqual(hasNone.sort());
  });

  it("lists every secret that may stand in a file", () => {
    const [, section = ""] = /^## Secrets in files\n(.*?)^## /ms.exec(text) ?? [];
    expect(codeIn(section).filter((code) => VARIABLES.some((name) => name === code))).toEqual(
      SECRET_VARIABLES,
    );
  });

  it("tells what is required", () => {
    const required = rows
      .filter(([, , value]) => value !== "no")
      .map(([name]) => codeIn(name).join());
    expect(required.sort()).toEqual(namesOfProblems({}).sort());
  });
});

describe("docs/operations.md", () => {
  const text = read("docs/operations.md");

  it("lists the endings of the files that are not shared", () => {
    const [, section = ""] = /^## Files of Users\n(.*?)^## /ms.exec(text) ?? [];
    expect(codeIn(section)).toEqual(PROGRAM_ENDINGS);
  });

  it("lists every metric with its labels", async () => {
    const lanes = {
      backlog: async () => ({ items: 0, oldestAppendedAt: undefined, deadLetters: 0 }),
    };
    const metrics = createMetrics({
      queues: () => ({ inbox: lanes }),
      openConversations: () => Promise.resolve(0),
      now: Date.now,
      alarms: () => [],
      teams: [],
      state: { engine: "sqlite", path: "." },
      buildInfo: { version: "1", node: "2", mode: "test", transport: "http" },
    });
    let exposed = "";
    const response = {
      writeHead: () => response,
      end: (body: string) => {
        exposed = body;
      },
    };
    await metrics.routes[0]?.handle({} as never, response as never);
    const types = [...exposed.matchAll(/^# TYPE (\S+) (\S+)/gm)];
    const names = types.map(([, name = ""]) => name);
    // As `promtool check metrics` has it.
    for (const [, name, type] of types)
      expect([name, name?.endsWith("_total")]).toEqual([name, type === "counter"]);
    expect(names.length).toBeGreaterThan(3);
    const ours = names.filter((name) => name.startsWith("parley_bridge_"));
    expect(names.filter((name) => !/^(parley_bridge|process|nodejs)_/.test(name))).toEqual([]);
    expect(
      table(text, "name")
        .flatMap(([name]) => codeIn(name))
        .sort(),
    ).toEqual(ours.sort());
  });

  it("lists every event of the log", () => {
    const logged = sources.flatMap(({ text: source }) =>
      [...source.matchAll(/\},?\s*"([a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*)",?\s*\)/g)].map(
        ([, event = ""]) => event,
      ),
    );
    const direct = sources.flatMap(({ text: source }) =>
      [...source.matchAll(/(?:errorFields\(\w+\)|RefusalLog\(\w+|\(fields), "([a-z.-]+)"/g)].map(
        ([, event = ""]) => event,
      ),
    );
    const documented = table(text, "event").flatMap(([event]) => codeIn(event));
    expect(documented.sort()).toEqual([...new Set([...logged, ...direct])].sort());
  });

  it("lists every route", () => {
    const routes = sources.flatMap(({ text: source }) =>
      [...source.matchAll(/method: "(GET|POST)",\s*path: "([^"]+)",\s*(?:async )?handle/g)].map(
        ([, method, path]) => `${method} ${path}`,
      ),
    );
    expect(
      table(text, "route")
        .flatMap(([route]) => codeIn(route))
        .sort(),
    ).toEqual(routes.sort());
  });

  it("lists every alarm", () => {
    const documented = table(text, "alarm").flatMap(([name]) => codeIn(name));
    expect(documented.sort()).toEqual(ALARM_NAMES.toSorted());
  });

  it("lists every alert with its severity", () => {
    const rules = read("examples/prometheus/rules.yml").matchAll(
      /alert: (\w+)$.*?severity: (\w+)/gms,
    );
    const documented = table(text, "alert").map(([name, severity]) => [...codeIn(name), severity]);
    expect(documented).toEqual([...rules].map(([, name, severity]) => [name, severity]));
  });

  it("tells every exit code", () => {
    const files = ["run", "shut-down", "ops/run-dead-letters", "ops/run-backup", "ops/run-restore"];
    const main = files.map((name) => read(`src/${name}.ts`)).join("");
    const codes = [...main.matchAll(/(?:exit\(|EXIT_\w+ = |return )(\d+)[);]/g)].map(
      ([, code = ""]) => code,
    );
    const documented = table(text, "exit code").flatMap(([code = ""]) => code.split(", "));
    expect(documented.sort()).toEqual([...new Set(codes)].sort());
  });
});

describe("docs/architecture.md", () => {
  const text = read("docs/architecture.md");

  /** Written as one word or as several, in any case. */
  const toPattern = (word: string): RegExp =>
    new RegExp(word.replaceAll(/ |(?<=[a-z])(?=[A-Z])/g, "[-_ ]?"), "i");

  it.each(
    table(text, "word").flatMap(([word = "", , not]) =>
      codeIn(not).map((other) => ({ word, other })),
    ),
  )("keeps a word for one thing: $word, and not $other", ({ other }) => {
    const pattern = toPattern(other);
    const found = sources.flatMap(({ path, text: source }) =>
      source.split("\n").flatMap((line) => (pattern.test(line) ? [`${path}: ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });

  it("has each word once", () => {
    const words = table(text, "word").flatMap(([word = ""]) => word.split(", "));
    expect(words.length).toBeGreaterThan(40);
    expect(words).toEqual([...new Set(words)]);
  });
  const { dependencies, optionalDependencies } = JSON.parse(read("package.json")) as Record<
    "dependencies" | "optionalDependencies",
    object
  >;

  it("justifies every runtime dependency", () => {
    const justified = table(text, "package").flatMap(([name]) => codeIn(name));
    const used = { ...dependencies, ...optionalDependencies };
    expect(justified.sort()).toEqual(Object.keys(used).sort());
  });

  it("lists what is inferred as the doctor goes through it", () => {
    const documented = table(text, "inferred").map(([fact]) => fact);
    expect(documented).toEqual(INFERRED_FACTS.map(({ fact }) => fact));
  });

  it("names a variable or a file that exists wherever something is inferred", () => {
    const switches = table(text, "inferred").flatMap(([, , by]) => codeIn(by));
    const known = new Set<string>(VARIABLES);
    expect(switches.length).toBeGreaterThan(5);
    expect(switches.filter((by) => !known.has(by) && !existsSync(by))).toEqual([]);
  });
});

describe("CONTRIBUTING.md", () => {
  it("explains every script", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const commands = codeIn(table(read("CONTRIBUTING.md"), "command").flat().join(" "));
    const explained = new Set(commands.map((command) => command.replace(/^npm (run )?/, "")));
    expect(Object.keys(scripts).filter((script) => !explained.has(script))).toEqual([]);
  });
});

describe("the documents", () => {
  const documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...globSync("docs/*.md")];

  it.each(documents)("link only to what exists: %s", (path) => {
    const text = read(path).replaceAll(/```[\s\S]*?```/g, "");
    const links = [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link = ""]) => link);
    const broken = links.filter((link) => {
      const [file, anchor] = link.split("#");
      const target = file ? join(dirname(path), file) : path;
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(documents)("name only files that exist: %s", (path) => {
    const files = codeIn(read(path).replaceAll(/```[\s\S]*?```/g, "")).filter((code) =>
      /^(src|test|fakes|sandbox|docs|\.ci)\/[\w./-]+$/.test(code),
    );
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });
});
