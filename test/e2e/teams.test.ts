import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { BOT_USER } from "../../fakes/slack/people.ts";
import { createTables, describePostgres } from "../support/postgres.ts";
import { sentTo } from "../support/sent.ts";
import { PATIENCE } from "../support/steps.ts";
import { shownOf } from "../support/threads.ts";
import { CALLBACK_TOKEN, type Env, startWorld, type World } from "../support/world.ts";
import { writeBridgeFile } from "../support/write-bridge-file.ts";

const SUPPORT = "C0SUPPORT";
const BILLING = "C0BILLING";

const TWO_TEAMS = `
teams:
  - name: Support
  - name: Billing
    channel: ${BILLING}
    when:
      - reason: [refund*, "*invoice*"]
      - metadata: { order.total: ">500" }
      - language: nl
`;

/** A bridge with this file, which is not started yet. */
function worldWith(file: string, env: Env): Promise<World> {
  const members = [BOT_USER.id, "U0ANNA", "U0BEN"];
  return startWorld({
    stopped: true,
    slack: { channels: [{ id: BILLING, name: "billing", members }] },
    env: { CONFIG_FILE: writeBridgeFile(file), ...env },
  });
}

/** The threads about a User, in whichever channel. */
const threadsOf = ({ slack }: World, userId: string) =>
  slack.state.messages.filter(
    (message) =>
      message.bot_id === slack.botId &&
      (!message.thread_ts || message.thread_ts === message.ts) &&
      shownOf(slack, message).includes(`Parley User \`${userId}\``),
  );

/** The thread about a User, once it is open; there is no other. */
async function threadOf(world: World, userId: string) {
  await expect.poll(() => threadsOf(world, userId), PATIENCE).toHaveLength(1);
  const [thread] = threadsOf(world, userId);
  if (!thread) throw new Error("it is gone again");
  return thread;
}

/** Hands a new User over as a bot does that tells the bridge directly. */
async function tellOf(world: World, body: object): Promise<string> {
  const { id } = world.parley.createUser();
  const { status } = await fetch(`${world.bridgeUrl()}/parley/handovers`, {
    method: "POST",
    headers: { authorization: CALLBACK_TOKEN },
    body: JSON.stringify({ userId: id, ...body }),
  });
  expect(status).toBe(200);
  return id;
}

/** Hands a new User over as Parley tells it. */
async function handOver({ parley }: World, metadata: unknown): Promise<string> {
  const { id } = parley.createUser();
  const to = parley.agentService.identification;
  const { delivered } = await parley.handOver({ userId: id, to, metadata });
  await delivered;
  return id;
}

/** How a User comes, to which channel, and by which rule. */
const STORIES: readonly [string, (world: World) => Promise<string>, string, number?][] = [
  ["by its reason", (world) => handOver(world, { reason: "Refund of order 5" }), BILLING, 1],
  ["by a reason that is all", (world) => handOver(world, "about my invoice, please"), BILLING, 1],
  ["by its metadata", (world) => handOver(world, { order: { total: "612.50" } }), BILLING, 2],
  ["by metadata as text", (world) => handOver(world, '{"order": {"total": 501}}'), BILLING, 2],
  ["by the User's language", (world) => tellOf(world, { user: { language: "nl-BE" } }), BILLING, 3],
  ["by a language in metadata", (world) => handOver(world, { language: "nl" }), BILLING, 3],
  ["by none of the rules", (world) => handOver(world, { reason: "no idea" }), SUPPORT],
  ["by nothing at all", (world) => handOver(world, undefined), SUPPORT],
];

function stories(envOf: () => Promise<Env>): void {
  it("get each handover in the channel of the one that it is for, and answer from there", async () => {
    const world = await worldWith(TWO_TEAMS, await envOf());
    await world.startBridge();
    const { slack, parley } = world;

    const users = await Promise.all(STORIES.map(([, tell]) => tell(world)));
    const threads = await Promise.all(users.map((id) => threadOf(world, id)));

    expect(threads.map(({ channel }, index) => [STORIES[index]?.[0], channel])).toEqual(
      STORIES.map(([by, , channel]) => [by, channel]),
    );
    const [userId = ""] = users;
    const routed = world.log.lines.filter(({ event }) => event === "handover.routed");
    const why = users.map((id) => routed.find(({ fields }) => fields.user_id === id)?.fields);
    expect(why.map((fields) => fields?.rule)).toEqual(STORIES.map(([, , , rule]) => rule));
    const { ts } = await threadOf(world, userId);
    await parley.userWrites(userId, "Hello from the User");
    const { channel, thread_ts } = await slack.waitFor(() =>
      slack.state.messages.find(({ text }) => text.includes("Hello from the User")),
    );
    expect([channel, thread_ts]).toEqual([BILLING, ts]);
    await slack.post({ user: "U0ANNA", channel: BILLING, threadTs: ts, text: "Hi!" });
    await expect.poll(() => sentTo(world, userId), PATIENCE).toEqual(["Hi!"]);
  });

  it("are read again at a restart, and keep the conversations that they have", async () => {
    const world = await worldWith(TWO_TEAMS, await envOf());
    await world.startBridge();
    const before = await handOver(world, { reason: "refund" });
    expect((await threadOf(world, before)).channel).toBe(BILLING);

    await world.stopBridge();
    const path = world.env.CONFIG_FILE ?? "";
    await writeFile(path, TWO_TEAMS.replace('refund*, "*invoice*"', "parcel*"));
    await world.startBridge();

    const [refund, parcel] = await Promise.all(
      ["refund", "parcel lost"].map((reason) => handOver(world, { reason })),
    );
    expect((await threadOf(world, refund ?? "")).channel).toBe(SUPPORT);
    expect((await threadOf(world, parcel ?? "")).channel).toBe(BILLING);
    const { ts } = await threadOf(world, before);
    await world.slack.post({ user: "U0BEN", channel: BILLING, threadTs: ts, text: "Still here" });
    await expect.poll(() => sentTo(world, before), PATIENCE).toEqual(["Still here"]);
  });
}

describe("two teams", () => stories(() => Promise.resolve({})));

describePostgres("two teams on PostgreSQL", () =>
  stories(async () => ({ STATE_URL: await createTables() })),
);
