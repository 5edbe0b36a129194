import { expect, it } from "vitest";
import { readyz, readyzNow } from "../support/readyz.ts";
import { type HandedOver, handOver, PATIENCE } from "../support/steps.ts";
import { postsIn } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

/** Slack's own words, instead of a socket. */
const saying = (error: string) =>
  ({
    kind: "other-answer",
    isDone: false,
    write: (response: { end(body: string): void }) =>
      response.end(JSON.stringify({ ok: false, error })),
  }) as const;

const OPEN = "apps.connections.open";

const raised = ({ log }: World) =>
  log.lines.filter(
    ({ event, fields }) => event === "alarm.raised" && fields.alarm === "slack-socket",
  );

/** A callback is taken and shown, and a reply goes, as if nothing had been. */
async function works(world: World, { user, ts }: HandedOver) {
  const { slack, parley } = world;
  const { delivered } = await parley.userWrites(user.id, "Is anybody there?");
  expect((await delivered).delivered).toBe(true);
  await slack.waitFor(() => postsIn(slack, ts).some(({ text }) => text === "Is anybody there?"));
}

it.each([
  ["at once", []],
  ["after an outage", [{ kind: "status", status: 503 }, saying("internal_error")]],
] as const)(
  "keeps taking callbacks while Slack refuses the app token %s, and is loud until it is taken",
  async (_when, before) => {
    const world = await startWorld({ socketMode: true });
    const { slack } = world;
    const opened = await handOver(world);
    for (const fault of before) slack.faults.add(OPEN, fault, 1);
    slack.faults.add(OPEN, saying("invalid_auth"));

    slack.cutSockets();

    await expect.poll(() => raised(world), PATIENCE).toHaveLength(1);
    expect(raised(world)[0]).toMatchObject({
      level: "error",
      fields: { advice: expect.stringMatching(/SLACK_APP_TOKEN is refused .*connections:write/) },
    });
    expect(await readyz(world)).toMatchObject({
      status: 503,
      checks: { "slack-socket": expect.stringContaining("SLACK_APP_TOKEN is refused") },
    });
    expect((await fetch(`${world.bridgeUrl()}/readyz/intake`)).status).toBe(200);
    await works(world, opened);

    slack.faults.clear();
    await slack.waitFor(() => slack.socketConnections === 1, 15_000);
    const { ts } = opened;
    const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "I am" });
    expect((await reply.delivered).via).toBe("socket");
    await expect.poll(() => readyzNow(world), PATIENCE).toHaveProperty("status", 200);
    expect(raised(world)).toHaveLength(1);
  },
);

it("starts again while Slack refuses the app token, takes callbacks and is loud", async () => {
  const world = await startWorld({ socketMode: true });
  const { slack } = world;
  const opened = await handOver(world);
  await world.stopBridge();
  slack.faults.add(OPEN, saying("not_allowed_token_type"));

  await world.startBridge();

  expect(raised(world)).toHaveLength(1);
  await works(world, opened);
  slack.faults.clear();
  await slack.waitFor(() => slack.socketConnections === 1, 15_000);
});

it("is not ready while no socket is open", async () => {
  const world = await startWorld({ socketMode: true });
  const { slack } = world;
  expect((await readyz(world)).status).toBe(200);
  slack.faults.add(OPEN, { kind: "refused" });
  slack.cutSockets();

  await expect
    .poll(() => readyzNow(world), PATIENCE)
    .toMatchObject({ status: 503, checks: { socket: "no socket to Slack is open" } });

  slack.faults.clear();
  await expect.poll(() => readyzNow(world), PATIENCE).toHaveProperty("status", 200);
});
