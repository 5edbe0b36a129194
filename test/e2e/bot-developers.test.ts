import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Webhook } from "standardwebhooks";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeServiceAuthorization } from "../../fakes/parley/authorization.ts";
import { BOT_SECRET } from "../support/listening-bot.ts";
import { undescribedAnswer } from "../support/openapi.ts";
import { handBack, PATIENCE } from "../support/steps.ts";
import { postsIn, rootsAbout, shownOf, textOf, textsIn } from "../support/threads.ts";
import { CALLBACK_TOKEN, type Env, startWorld, type World } from "../support/world.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/bot-developers.md"), "utf8");

/** The code in this language below a heading, as it stands in the page. */
function example(heading: string, language: "sh" | "json" | "ts"): string {
  const [, section = ""] =
    new RegExp(`^##+ ${heading}\n([\\s\\S]*?)(?=^##+ )`, "m").exec(PAGE) ?? [];
  const [, code] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "m").exec(section) ?? [];
  if (code === undefined) throw new Error(`"${heading}" has no example in ${language}`);
  return code;
}

const answerIn = (heading: string): Readonly<Record<string, unknown>> =>
  JSON.parse(example(heading, "json")) as Readonly<Record<string, unknown>>;

/** All files in TypeScript by their names. */
const FILES = new Map(
  [...PAGE.matchAll(/^```ts\n(\/\/ (\S+)\n[\s\S]*?)^```/gm)].map(([, code = "", name = ""]) => [
    name,
    code,
  ]),
);

/** A folder in which they are as whoever copies them has them. */
async function copyFiles(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bot-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{"type": "module"}');
  for (const [name, code] of FILES) await writeFile(join(folder, name), code);
  return folder;
}

const run = promisify(execFile);

const USER = "11111";

/** A world with the User of the page, who is with the bot, and the variables that the page names. */
async function startForBot(changes: Env = {}): Promise<{ world: World; env: Env }> {
  const world = await startWorld({ env: changes });
  const { parley } = world;
  parley.createUser({ id: USER }).owner = parley.botService.identification;
  const env = {
    PATH: process.env.PATH ?? "",
    BRIDGE: world.bridgeUrl(),
    PARLEY_CALLBACK_TOKEN: CALLBACK_TOKEN,
    PARLEY_API: parley.serviceApiUrl,
    AUTHORIZATION: makeServiceAuthorization({
      serviceIdentification: parley.botService.identification,
      accountIdentification: parley.account.identification,
      sharedSecret: parley.account.sharedSecret,
      validUntilSeconds: Math.floor(Date.now() / 1000) + 600,
    }),
  };
  return { world, env };
}

/** The one thread about the User, once it shows all that the bot has told. */
async function threadOf({ slack, parley }: World) {
  const isShown = () => {
    const [root] = rootsAbout(slack, USER);
    if (!root || !textOf(root).includes("*Ada Lovelace* · My parcel has not arrived")) return;
    const shown = [shownOf(slack, root), ...textsIn({ slack }, root.ts)].join("\n");
    return ["question_too_complex", "order.id", "ada@customer.example", "I am not sure."].every(
      (part) => shown.includes(part),
    )
      ? root
      : undefined;
  };
  const root = await slack.waitFor(isShown);
  expect(rootsAbout(slack, USER)).toHaveLength(1);
  expect(parley.user(USER).owner).toBe(parley.agentService.identification);
  return root;
}

const isRated = ({ slack }: World, ts: string) =>
  postsIn(slack, ts).some(({ text }) => text?.includes("★★★★★"));

/** Moments, and the id of a conversation, which depends on who told of it first. */
const alike = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"a moment"')
      .replaceAll(/"c_[0-9a-f]{24}"/g, '"a conversation"'),
  );

describe("the examples of docs/bot-developers.md", () => {
  const hasCurl = spawnSync("curl", ["--version"]).error === undefined;

  it.skipIf(!hasCurl)("tell the whole story with curl", async () => {
    const { world, env } = await startForBot();
    const curl = async (heading: string) => {
      const script = example(heading, "sh");
      const { stdout } = await run("bash", ["-euc", script], { env });
      return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    };

    const available = await curl("Asking before");
    expect(Object.keys(available)).toEqual(Object.keys(answerIn("Asking before")));
    expect(undescribedAnswer("GET /parley/availability", 200, available)).toEqual([]);
    await curl("Handing a User over");
    expect(await curl("Telling the bridge directly")).toEqual(
      answerIn("Telling the bridge directly"),
    );
    const root = await threadOf(world);
    await expect
      .poll(async () => alike(await curl("What became of a handover")), PATIENCE)
      .toEqual(alike(answerIn("What became of a handover")));
    await handBack(world, root);
    expect(await curl("What Users thought of it")).toEqual(answerIn("What Users thought of it"));
    await world.slack.waitFor(() => isRated(world, root.ts));
  });

  it("tell the whole story in TypeScript", async () => {
    const folder = await copyFiles();
    const listening = await listen(folder);
    const { world, env } = await startForBot({
      BOT_EVENTS_URL: listening.url,
      BOT_EVENTS_SECRET: BOT_SECRET,
      BOT_EVENTS_ALLOW_PRIVATE: "true",
    });
    const node = async (file: string) => {
      const { stdout, stderr } = await run(process.execPath, [join(folder, file)], { env });
      expect(stderr).toBe("");
      return stdout.trim();
    };

    expect(await node("ask.ts")).toBe("One moment, I get somebody.");
    expect(await node("hand-over.ts")).toBe(answerIn("Telling the bridge directly").id);
    const root = await threadOf(world);
    expect(await node("state.ts")).toBe("open");
    await handBack(world, root);
    await node("rate.ts");
    await world.slack.waitFor(() => isRated(world, root.ts));
    await expect
      .poll(() => listening.lines(), PATIENCE)
      .toEqual([`${USER}: handover.accepted`, `${USER}: I am back.`]);
  });

  it("listen to what the bridge has signed, and to each event once", async () => {
    const { url, lines } = await listen(await copyFiles());
    const body = JSON.stringify({ type: "handover.waiting", data: { userId: USER } });
    const send = async (id: string, secret: string) => {
      const at = new Date();
      const headers = {
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": new Webhook(secret).sign(id, at, body),
      };
      return (await fetch(url, { method: "POST", headers, body })).status;
    };
    const forged = `whsec_${Buffer.from("somebody else's, also 32 bytes").toString("base64")}`;

    expect(await send("evt_1", forged)).toBe(401);
    expect(await send("evt_1", BOT_SECRET)).toBe(204);
    expect(await send("evt_1", BOT_SECRET)).toBe(204);
    expect(await send("evt_2", BOT_SECRET)).toBe(204);

    const said = `${USER}: it takes longer than usual, sorry.`;
    await expect.poll(lines, PATIENCE).toEqual([said, said]);
  });

  it("have the types that they say", async () => {
    const folder = await copyFiles();
    const options = "--noEmit --strict --target esnext --module nodenext --types node".split(" ");
    const tsc = join(ROOT, "node_modules/.bin/tsc");
    const files = [...FILES.keys()].map((name) => join(folder, name));
    const checked = run(tsc, [...options, "--allowImportingTsExtensions", ...files], {
      cwd: folder,
    });
    expect(await checked.catch((error: unknown) => error)).toMatchObject({ stdout: "" });
    expect(files.length).toBeGreaterThan(5);
  });
});

/** `listen.ts` as a process of its own, until the test ends. */
async function listen(folder: string) {
  const child = spawn(process.execPath, [join(folder, "listen.ts")], {
    env: { BOT_EVENTS_SECRET: BOT_SECRET, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const port = () => /port: (\d+)/.exec(said)?.[1];
  await expect.poll(port, PATIENCE).toBeDefined();
  const isAbout = (line: string) => line.startsWith(USER);
  return { url: `http://127.0.0.1:${port()}`, lines: () => said.split("\n").filter(isAbout) };
}
