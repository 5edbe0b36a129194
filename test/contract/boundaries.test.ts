import { dirname, join } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { sentencesIn } from "../support/sentences.ts";
import { readSources, type Source } from "../support/sources.ts";

/**
 * Imports run one way: `convert`, `views`, `delivery` <- `bridge` <- `desk` <- `parley`, `slack`, `bot`, `state`, `ops` <- `app` <- `main`.
 * `ground` is what everybody may stand on: `config/`, `files/`, `http/`, and the files directly in `src/` other than those
 * of `main` and `app.ts`. Adapters do not know each other, but for the operator's tools, which work on the state.
 */
const CENTRE = ["ground", "convert", "views", "delivery", "bridge"];
const ADAPTERS = ["parley", "slack", "bot", "state", "ops"];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ground: [],
  convert: ["ground"],
  views: ["ground", "convert"],
  delivery: ["ground"],
  bridge: CENTRE,
  desk: CENTRE,
  parley: [...CENTRE, "desk"],
  slack: [...CENTRE, "desk"],
  bot: [...CENTRE, "desk"],
  state: [...CENTRE, "desk"],
  ops: [...CENTRE, "desk", "state"],
  app: [...CENTRE, "desk", ...ADAPTERS],
  main: ["ground", "ops", "app"],
};

/** The packages, and modules of Node, that a part may use. Whatever is missing here may use none. */
const MAY_USE: Readonly<Record<string, RegExp>> = {
  ground: /^(node:.*|file-type|got|pino|yaml|zod)$/,
  // Pure ones: they translate text.
  convert: /^(mdast|mdast-util-(from-markdown|gfm|to-markdown)|micromark-extension-gfm)$/,
  parley: /^(node:.*|got|zod)$/,
  bot: /^(node:.*|got|standardwebhooks|zod)$/,
  slack: /^(node:.*|@slack\/(bolt|web-api|types)|zod)$/,
  // Patterns, without regular expressions; time zones.
  desk: /^(matcher|temporal-polyfill)$/,
  // Only for `bridge/stored/`, see below.
  bridge: /^zod$/,
  state: /^(node:.*|keyv|@keyv\/.*|pg|zod)$/,
  ops: /^(node:.*|prom-client)$/,
  app: /^(node:.*|@slack\/web-api)$/,
};

const PARTS = Object.keys(MAY_IMPORT);

const ENTRY = ["main.ts", "run.ts"];

const GROUND_FOLDERS = ["config", "files", "http"];

function partOf(path: string): string {
  const [, first = "", ...rest] = path.split("/");
  if (rest.length > 0) return GROUND_FOLDERS.includes(first) ? "ground" : first;
  if (ENTRY.includes(first)) return "main";
  return first === "app.ts" ? "app" : "ground";
}

const TO_SLACK = /^src\/(\w+\/to-slack|views)\//;
const TO_PARLEY = /^src\/\w+\/to-parley\//;

/** The two directions never meet; what the bridge itself says in Slack belongs to the one that leads there. */
const meetsOther = (from: string, to: string): boolean =>
  (TO_SLACK.test(from) && TO_PARLEY.test(to)) ||
  (TO_PARLEY.test(from) && /^src\/\w+\/to-slack\//.test(to));

/** As Biome formats them: `import … from "…";` on one line, or ending in a line `} from "…";`, with attributes or not. */
const IMPORT =
  /^(?:import\b.*|export\b.*|\}) from "([^"]+)"(?: with \{.*\})?;$|^import "([^"]+)";$|\bimport\(\s*"([^"]+)"/gm;

const importsOf = ({ text }: Pick<Source, "text">): string[] =>
  [...text.matchAll(IMPORT)].flatMap(([, ...found]) => found.filter((name) => name !== undefined));

/** One line for each import that runs the wrong way. */
function violations(source: Source): string[] {
  const part = partOf(source.path);
  return importsOf(source).flatMap((specifier) => {
    const complaint = [`${source.path} imports ${specifier}`];
    if (!specifier.startsWith(".")) return MAY_USE[part]?.test(specifier) ? [] : complaint;
    const path = join(dirname(source.path), specifier);
    const target = partOf(path);
    const isAllowed = target === part || MAY_IMPORT[part]?.includes(target);
    return isAllowed && !meetsOther(source.path, path) ? [] : complaint;
  });
}

/** What only a clock, the network or chance can tell; `new Date(at)` only translates. */
const IMPURE =
  /\b(Date\.now|new Date\(\)|performance\.|setTimeout|setInterval|setImmediate|Math\.random|randomUUID|fetch\(|process\.)/;

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");

const sources = readSources("src");

describe("the boundaries", () => {
  it("lie between parts that are all known", () => {
    const found = new Set(sources.map(({ path }) => partOf(path)));
    expect([...found].sort()).toEqual([...PARTS].sort());
  });

  it("let imports run one way only", () => {
    expect(sources.flatMap(violations)).toEqual([]);
  });

  it("see every import", () => {
    const missed = sources.filter(
      ({ text }) => importsOf({ text }).length < (text.match(/^import\b/gm) ?? []).length,
    );
    expect(missed.map(({ path }) => path)).toEqual([]);
    expect(sources.flatMap(importsOf)).toEqual(
      expect.arrayContaining(["@slack/bolt", "got", "./app.ts"]),
    );
  });

  it.each([
    ["src/parley/a.ts", `import { x } from "../slack/threads.ts";`],
    ["src/slack/listeners/a.ts", `import { x } from "../../parley/client.ts";`],
    ["src/slack/listeners/a.ts", `export { x } from "../../state/sqlite/database.ts";`],
    ["src/convert/a.ts", `import type { Block } from "@slack/types";`],
    ["src/convert/a.ts", `import { readFile } from "node:fs/promises";`],
    ["src/convert/a.ts", `import { x } from "../bridge/ports.ts";`],
    ["src/convert/to-slack/a.ts", `import { x } from "../../views/root.ts";`],
    ["src/convert/to-slack/a.ts", `import { x } from "../to-parley/mentions.ts";`],
    ["src/bridge/to-parley/a.ts", `import { x } from "../to-slack/open-thread.ts";`],
    ["src/bridge/to-parley/a.ts", `import { x } from "../../convert/to-slack/blocks.ts";`],
    ["src/views/a.ts", `import { x } from "../convert/to-parley/mentions.ts";`],
    ["src/views/a.ts", `import { x } from "../bridge/conversation.ts";`],
    ["src/bridge/a.ts", `import got from "got";`],
    ["src/bridge/a.ts", `const { x } = await import("../parley/client.ts");`],
    ["src/delivery/a.ts", `import { z } from "zod";`],
    ["src/delivery/a.ts", `import "../convert/blocks.ts";`],
    ["src/errors.ts", `import type { Conversation } from "./bridge/conversation.ts";`],
    ["src/main.ts", `import { openDatabase } from "./state/sqlite/database.ts";`],
    ["src/ops/a.ts", `import { startApp } from "../app.ts";`],
  ])("refuse in %s: %s", (path, text) => {
    expect(violations({ path, text })).toHaveLength(1);
  });

  it("let nothing outside of the sandbox import it", () => {
    const outside = ["src", "fakes", "test", "bench"].flatMap(readSources);
    const inside = outside.filter((source) =>
      importsOf(source).some((name) => join(dirname(source.path), name).startsWith("sandbox/")),
    );
    expect(inside.map(({ path }) => path)).toEqual([]);
  });

  it("keep words of Parley and Slack out of delivery", () => {
    const delivery = sources.filter(({ path }) => partOf(path) === "delivery");
    const named = delivery.filter(({ text }) => /parley|slack/i.test(withoutComments(text)));
    expect(named.map(({ path }) => path)).toEqual([]);
    expect(delivery.length).toBeGreaterThan(2);
  });

  it("keep clocks, chance and the network out of convert and views", () => {
    const pure = sources.filter(({ path }) => ["convert", "views"].includes(partOf(path)));
    const impure = pure.filter(({ text }) => IMPURE.test(withoutComments(text)));
    expect(impure.map(({ path }) => path)).toEqual([]);
    expect(IMPURE.test("const now = new Date().getTime();")).toBe(true);
  });

  it("keep the shapes of what is on disk in one place", () => {
    const readers = sources.filter(
      ({ path, text }) => partOf(path) === "bridge" && importsOf({ text }).includes("zod"),
    );
    expect(new Set(readers.map(({ path }) => dirname(path)))).toEqual(
      new Set(["src/bridge/stored"]),
    );
  });

  it("keep sentences for the team in the texts of the views", () => {
    // They speak to whoever runs the bridge.
    const toOperators = [
      "src/slack/access-watch.ts",
      "src/slack/events-route.ts",
      "src/slack/optional-scopes.ts",
      "src/slack/workspace.ts",
    ];
    const said = sources.filter(
      ({ path }) =>
        /^src\/(bridge|convert|slack|views)\//.test(path) &&
        !path.startsWith("src/views/texts/") &&
        !toOperators.includes(path),
    );
    expect(said.flatMap(sentencesIn)).toEqual([]);
    const texts = sources.filter(({ path }) => path.startsWith("src/views/texts/"));
    expect(texts.flatMap(sentencesIn).length).toBeGreaterThan(300);
  });

  it.each([
    `const text = "Nothing was sent";`,
    `const text = \`\${name} is with us now.\`;`,
    `await respond({ text: \`:x: Nothing was sent (\${why})\` });`,
    `return await refuse("please try again.", input);`,
    `return isOver ? "This conversation is over" : "";`,
  ])("see a sentence: %s", (text) => {
    expect(sentencesIn({ text })).toHaveLength(1);
  });

  it.each([
    `throw new BridgeError("The thread is not open yet", { code: "unexpected" });`,
    `throw notYet("The User is elsewhere");`,
    `log.warn({ item }, "button.elsewhere");`,
    "// It says: `Nothing was sent.`",
    `const call = \`POST file \${id}\`;`,
  ])("see none: %s", (text) => {
    expect(sentencesIn({ text })).toEqual([]);
  });

  it("let only main read the environment", () => {
    const readers = sources.filter(({ text }) => /process\.env|from "node:process"/.test(text));
    expect(readers.map(({ path }) => path)).toEqual(["src/main.ts"]);
  });
});
