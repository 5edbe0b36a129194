import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDatabase, describePostgres, query } from "../support/postgres.ts";
import { findPostgres } from "../support/postgres-server.ts";
import { type BridgeProcess, spawnBridge, startBridgeProcess } from "../support/process.ts";
import { sentTo } from "../support/sent.ts";
import { postTo, submitHandBack } from "../support/steps.ts";
import { reactionsOn, rootsAbout, textsIn, toldTo } from "../support/threads.ts";
import { CALLBACK_TOKEN, type Env, startWorld, type World } from "../support/world.ts";

/** How a state is backed up, lost, and restored elsewhere. */
interface Engine {
  /** Where the first machine has its state. */
  readonly env: Env;
  /** Beside the running bridge. */
  backUp(): Promise<void>;
  /** The machine is gone, with all that was on it. */
  lose(): Promise<void>;
  /** On another one; where the state is there. */
  restore(): Promise<Env>;
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "drill-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A tool of the bridge as a process of its own. @throws it says something else than that all is well */
async function run(env: Env, ...args: string[]): Promise<string> {
  const tool = spawnBridge(env, { args });
  const { code } = await tool.exited;
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${tool.stderr}`);
  return tool.stdout;
}

async function onSqlite(): Promise<Engine> {
  const [machine, elsewhere, backups] = await Promise.all([
    makeFolder(),
    makeFolder(),
    makeFolder(),
  ]);
  const env = { STATE_URL: `sqlite:${machine}/bridge.sqlite` };
  const backup = join(backups, "bridge.sqlite");
  return {
    env,
    async backUp() {
      await run(env, "backup", backup);
    },
    lose: () => rm(machine, { recursive: true }),
    async restore() {
      const restored = { STATE_URL: `sqlite:${elsewhere}/state/other.sqlite` };
      expect(await run(restored, "restore", backup)).toMatch(/may have been done since: 1\./);
      return restored;
    },
  };
}

/** A database in which the bridge has a schema of its own, as docs/scaling.md makes it. */
async function createBridgeDatabase(): Promise<string> {
  const url = await createDatabase();
  const name = new URL(url).pathname.slice(1);
  await query(url, "CREATE SCHEMA bridge");
  await query(url, `ALTER DATABASE ${name} SET search_path = bridge`);
  return url;
}

async function onPostgres(): Promise<Engine> {
  const url = await createBridgeDatabase();
  const dump = join(await makeFolder(), "bridge.dump");
  const call = (program: string, ...args: string[]) =>
    promisify(execFile)(join(findPostgres() ?? "", program), args);
  return {
    env: { STATE_URL: url },
    async backUp() {
      const options = ["--format=custom", "--no-unlogged-table-data", `--file=${dump}`];
      await call("pg_dump", ...options, url);
    },
    async lose() {
      const name = new URL(url).pathname.slice(1);
      await query(url.replace(name, "postgres"), `DROP DATABASE ${name} WITH (FORCE)`);
    },
    async restore() {
      const elsewhere = await createBridgeDatabase();
      const options = ["--schema=bridge", "--no-owner", "--single-transaction", "--exit-on-error"];
      await call("pg_restore", ...options, `--dbname=${elsewhere}`, dump);
      const restored = { STATE_URL: elsewhere };
      expect(await run(restored, "restore")).toMatch(/may have been done since: 1\./);
      return restored;
    },
  };
}

interface Opened {
  readonly id: string;
  readonly ts: string;
}

/** What people do, and see come of it. */
function actingIn(world: World) {
  const { slack, parley } = world;
  const shows = (ts: string, words: RegExp) =>
    slack.waitFor(() => textsIn(world, ts).some((text) => words.test(text)));
  return {
    shows,
    async handOver(): Promise<Opened> {
      const { id } = parley.createUser();
      await parley.handOver({ userId: id, to: parley.agentService.identification });
      const { ts } = await slack.waitFor(() => rootsAbout(slack, id)[0]);
      return { id, ts };
    },
    async writes({ id, ts }: Opened, text: string) {
      const { delivered } = await parley.userWrites(id, text);
      await delivered;
      await shows(ts, new RegExp(`^${text}$`));
    },
    async answers({ id, ts }: Opened, text: string): Promise<string> {
      const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text });
      await parley.until(() => sentTo(world, id).includes(text));
      await slack.waitFor(() => reactionsOn(slack, reply.ts).includes("white_check_mark"));
      return reply.ts;
    },
  };
}

async function drill({ env, backUp, lose, restore }: Engine): Promise<void> {
  const world = await startWorld({
    stopped: true,
    replicas: 1,
    env: { ...env, RETRY_FIRST_MS: "20", RETRY_CAP_MS: "50" },
  });
  const { slack, parley } = world;
  const { handOver, writes, answers, shows } = actingIn(world);
  const first = await startBridgeProcess(world);

  // Before the backup.
  const known = await handOver();
  await writes(known, "Before the backup");
  await answers(known, "Answered before");
  const ending = await handOver();
  const leaving = await handOver();
  const asked = await handOver();
  parley.faults.add(`POST /users/${asked.id}/messages`, { kind: "status", status: 503 });
  const waiting = await slack.post({ user: "U0ANNA", threadTs: asked.ts, text: "Waited then" });
  await first.line(
    ({ lane, outcome }) => outcome === "deferred" && String(lane).endsWith(asked.ts),
  );

  await backUp();

  // Between the backup and the loss.
  parley.faults.clear();
  await parley.until(() => sentTo(world, asked.id).includes("Waited then"));
  await writes(known, "After the backup");
  await answers(known, "Answered after");
  await submitHandBack(slack, ending.ts);
  await shows(ending.ts, /handed this User back/);
  await parley.handOver({ userId: leaving.id, to: parley.botService.identification });
  const young = await handOver();
  await writes(young, "Young");
  await answers(young, "Answered young");
  const silent = await handOver();
  const told = await tellOf(first, silent.id);
  expect(await statusOf(first, told)).toBe(200);

  // The loss.
  await kill(first);
  await lose();
  await slack.post({ user: "U0ANNA", threadTs: known.ts, text: "Heard by nobody" });
  await slack.post({ user: "U0ANNA", threadTs: young.ts, text: "Into a young thread" });
  const unheard = await parley.userWrites(known.id, "Parley gave up");
  await unheard.delivered;

  const restored = await restore();
  const second = await startBridgeProcess(world, restored);

  // What is found again.
  await parley.until(() => sentTo(world, known.id).includes("Heard by nobody"));
  await shows(leaving.ts, /is now with/);
  await shows(ending.ts, /is now with/);
  await slack.waitFor(() => reactionsOn(slack, waiting.ts).includes("grey_question"));
  // And goes on.
  await writes(known, "Goes on");
  await answers(known, "Answered elsewhere");
  // What is not.
  await parley.userWrites(young.id, "Once more");
  const again = await slack.waitFor(() => rootsAbout(slack, young.id)[1]);
  await shows(again.ts, /^Once more$/);
  await slack.post({ user: "U0ANNA", threadTs: young.ts, text: "Into the old thread" });
  await slack.waitFor(() =>
    toldTo(slack, "U0ANNA", young.ts).some(({ text }) => /Not sent/.test(text)),
  );

  expect(await statusOf(second, told)).toBe(404);
  const deeds = await run(restored, "audit", "--format", "csv");
  expect(deeds).toContain("taken-away");
  expect(deeds).not.toContain("hand-back");
  expect(sentTo(world, known.id)).toEqual([
    "Answered before",
    "Answered after",
    "Heard by nobody",
    "Answered elsewhere",
  ]);
  const shown = textsIn(world, known.ts).filter((text) => /backup|Goes on|gave up/.test(text));
  expect(shown).toEqual(["Before the backup", "After the backup", "Goes on"]);
  expect(sentTo(world, asked.id)).toEqual(["Waited then"]);
  expect(sentTo(world, young.id)).toEqual(["Answered young"]);
  expect(parley.user(ending.id).owner).toBe(parley.botService.identification);
  expect(parley.user(leaving.id).owner).toBe(parley.botService.identification);
  expect(sentTo(world, silent.id)).toEqual([]);
  expect(rootsAbout(slack, silent.id)).toHaveLength(1);
  for (const { id } of [known, ending, leaving, asked]) {
    expect(rootsAbout(slack, id)).toHaveLength(1);
  }
  second.signal("SIGTERM");
  expect((await second.exited).code).toBe(0);
}

const routesOf = async (bridge: BridgeProcess): Promise<string> => {
  const { port } = await bridge.line("app.started");
  return `http://127.0.0.1:${String(port)}`;
};

/** A bot tells of a handover; its id. */
async function tellOf(bridge: BridgeProcess, userId: string): Promise<string> {
  const url = await routesOf(bridge);
  const body = { userId, idempotencyKey: "drill", metadata: { reason: "help" } };
  const answer = await postTo({ bridgeUrl: () => url }, "/parley/handovers", body);
  return ((await answer.json()) as { id: string }).id;
}

/** What the bot is answered that asks about it. */
async function statusOf(bridge: BridgeProcess, id: string): Promise<number> {
  const headers = { authorization: CALLBACK_TOKEN };
  return (await fetch(`${await routesOf(bridge)}/parley/handovers/${id}`, { headers })).status;
}

async function kill(bridge: BridgeProcess): Promise<void> {
  bridge.signal("SIGKILL");
  await bridge.exited;
}

/** Several processes each. */
const BUSY = { timeout: 180_000 };

describe("a machine that is lost with its state", BUSY, () => {
  it("is replaced by another one with a backup of the file", async () => {
    await drill(await onSqlite());
  });
});

describePostgres("a database that is lost", BUSY, () => {
  it("is replaced by another one with a dump", async () => {
    await drill(await onPostgres());
  });
});
