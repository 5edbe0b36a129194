import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { bridgeEnv } from "../../fakes/bridge-env.ts";
import { startFakeParley } from "../../fakes/parley/fake-parley.ts";
import { type FakeSlack, startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import type { EarlierWorld } from "./earlier-world.ts";

const CALLBACK_TOKEN = "callback-token-of-the-tests";

/**
 * `node test/support/write-earlier-state.ts <folder> <state> [<postgres://…>]`: lets an earlier version, which is installed in
 * `folder`, run between the fakes until it holds an open conversation, a dead letter, and what waits in both directions; then it is
 * stopped. `<state>.sqlite`, or `<state>.sql` of that empty database, is what it has stored, `<state>.json` what Slack and Parley have.
 */
const [version = "", state = "", database] = process.argv.slice(2);

const folder = await mkdtemp(join(tmpdir(), "earlier-state-"));
const slack = await startFakeSlack({ retryScale: 0.001 });
const parley = await startFakeParley();
const file = join(folder, "bridge.sqlite");
const bridge = spawn(join(version, "node_modules/.bin/node"), ["src/main.ts"], {
  cwd: version,
  env: {
    PATH: process.env.PATH,
    ...bridgeEnv({ slack, parley, folder, socketMode: false, callbackToken: CALLBACK_TOKEN }),
    STATE_URL: database ?? `sqlite:${file}`,
    SLACK_POSTS_PER_SECOND: "100",
    PORT: "0",
  },
  stdio: ["ignore", "pipe", "inherit"],
});
const lines: Record<string, unknown>[] = [];
createInterface(bridge.stdout).on("line", (line) => {
  lines.push(JSON.parse(line) as Record<string, unknown>);
});

/** The first line like this. */
async function logged(matches: (line: Record<string, unknown>) => boolean) {
  for (;;) {
    const found = lines.find(matches);
    if (found) return found;
    await once(bridge.stdout, "data");
  }
}

const { port } = await logged(({ msg }) => msg === "app.started");
const url = `http://127.0.0.1:${String(port)}`;
slack.deliverTo(`${url}/slack/events`);
parley.registerCallback(parley.agentService.identification, `${url}/parley/callback`, {
  authorization: CALLBACK_TOKEN,
});

const open = await openThread("Where is my parcel?");
await agentWrites(open.ts, "Sent before");
await parley.until(() => parley.sent(open.userId).length === 1);
const refused = await openThread("I want it back");
const outcomeOf = (wanted: string, lane: string) =>
  logged(
    ({ msg, outcome, lane: of }) =>
      msg === "delivery.attempted" && outcome === wanted && String(of).includes(lane),
  );

parley.faults.add(`POST /users/${refused.userId}/messages`, { kind: "status", status: 422 });
await agentWrites(refused.ts, "Refused by Parley");
await outcomeOf("dead", refused.ts);
parley.faults.add(`POST /users/${open.userId}/messages`, { kind: "status", status: 503 });
await agentWrites(open.ts, "Waits for Parley");
await outcomeOf("deferred", open.ts);
slack.faults.add("chat.postMessage", { kind: "status", status: 503 });
await userWrites(open.userId, "Waits for Slack");
await outcomeOf("deferred", `user/${open.userId}`);

bridge.kill("SIGTERM");
await once(bridge, "exit");

if (database === undefined) await copyFile(file, `${state}.sqlite`);
else await writeFile(`${state}.sql`, await dump(database));
const world: EarlierWorld = {
  open,
  refused,
  messages: slack.state.messages,
  users: [...parley.state.users.values()],
};
await writeFile(`${state}.json`, `${JSON.stringify(world)}\n`);
await Promise.all([slack.close(), parley.close()]);
await rm(folder, { recursive: true });

async function openThread(text: string): Promise<EarlierWorld["open"]> {
  const { id: userId } = parley.createUser();
  const to = parley.agentService.identification;
  await parley.handOver({ userId, to, metadata: { reason: text } });
  await slack.waitFor(() => rootIn(slack, text));
  await userWrites(userId, `${text} Shown before`);
  const shown = await slack.waitFor(() =>
    slack.state.messages.find((message) => message.text.includes(`${text} Shown before`)),
  );
  return { userId, ts: shown.thread_ts ?? "" };
}

async function agentWrites(threadTs: string, text: string): Promise<void> {
  const { delivered } = await slack.post({ user: "U0ANNA", threadTs, text });
  await delivered;
}

async function userWrites(userId: string, text: string): Promise<void> {
  const { delivered } = await parley.userWrites(userId, text);
  await delivered;
}

function rootIn({ state: { messages }, botId }: FakeSlack, text: string): boolean {
  return messages.some(
    (message) => message.bot_id === botId && JSON.stringify(message).includes(text),
  );
}

/** Statements that a client can send, without those of `psql`. */
async function dump(from: string): Promise<string> {
  const options = ["--inserts", "--no-owner", "--no-privileges", "--no-comments"];
  const { stdout } = await promisify(execFile)("pg_dump", [...options, from]);
  return stdout.replaceAll(/^(\\.*|--.*)?\n/gm, "");
}
