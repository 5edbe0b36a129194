import { expect, it } from "vitest";
import { metricsOf } from "../support/metrics.ts";
import { undescribedAnswer } from "../support/openapi.ts";
import { sentTo } from "../support/sent.ts";
import { handOver, lastCallbackHandled, PATIENCE } from "../support/steps.ts";
import { inBridgeFile, PEOPLE, SUPPORT, startTeams } from "../support/two-teams.ts";
import { CALLBACK_TOKEN, startWorld, type World } from "../support/world.ts";

interface Answer {
  readonly open: boolean;
  readonly opensAt: string | null;
  readonly agentsActive: number | null;
  readonly waiting: number | null;
  readonly typicalWaitSeconds: number | null;
  readonly team: string;
}

const ask = (url: string, query = "", authorization: string = CALLBACK_TOKEN) =>
  fetch(`${url}/parley/availability${query}`, { headers: { authorization } });

async function availability(world: World, query = ""): Promise<Answer> {
  const answer = await ask(world.bridgeUrl(), query);
  expect(answer.status).toBe(200);
  const told = (await answer.json()) as Answer;
  expect(undescribedAnswer("GET /parley/availability", 200, told)).toEqual([]);
  return told;
}

/** Passes the time for which answers are kept. */
const later = (world: World, ms = 5_000) => world.advance(ms);

const away = (...ids: string[]) => ({
  ...PEOPLE,
  members: (PEOPLE.members ?? []).map((member) =>
    ids.includes(member.id) ? { ...member, presence: "away" as const } : member,
  ),
});

it("tells of the team that would get the User: by reason, reason code, language and metadata", async () => {
  const world = await startTeams([
    {
      name: "Billing",
      channel: "C0BILLING",
      when: [
        { reason: ["refund*"] },
        { language: ["nl"] },
        { metadata: { "order.total": ">= 1000" } },
      ],
    },
    SUPPORT,
  ]);
  const teamFor = async (query: string) => (await availability(world, query)).team;
  expect(await teamFor("")).toBe("Support");
  expect(await teamFor("?reason=refund_late")).toBe("Billing");
  expect(await teamFor("?reason=other&reasonCode=refund")).toBe("Billing");
  expect(await teamFor("?language=nl-BE")).toBe("Billing");
  const order = encodeURIComponent(JSON.stringify({ order: { total: 2_000 } }));
  expect(await teamFor(`?metadata=${order}`)).toBe("Billing");
  expect(await metricsOf(world)).toContain('parley_bridge_callbacks_total{kind="availability"} 5');
});

it("refuses whoever has no token, and metadata that is none", async () => {
  const world = await startWorld();
  const refused = await ask(world.bridgeUrl(), "?reason=x", "wrong");
  expect(refused.status).toBe(401);
  expect((await ask(world.bridgeUrl(), "?metadata=7")).status).toBe(400);
  expect((await ask(world.bridgeUrl(), "?metadata=%7B")).status).toBe(400);
});

it("is open without hours, and with them tells when it opens", async () => {
  expect(await availability(await startWorld())).toMatchObject({ open: true, opensAt: null });

  const day = (ahead: number) =>
    new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  const hours = {
    rare: {
      timezone: "UTC",
      open: { "mon-sun": "09:00-17:00" },
      closed: [`${day(-2)}..${day(2)}`],
    },
  };
  const world = await startWorld({
    slack: PEOPLE,
    env: await inBridgeFile([{ ...SUPPORT, hours: "rare" }], { hours }),
  });
  expect(await availability(world)).toMatchObject({
    open: false,
    opensAt: `${day(3)}T09:00:00.000Z`,
  });
});

it("tells how many agents of the team are active, and nothing of a whole workspace", async () => {
  const world = await startTeams([{ name: "Support", agents: ["U0ANNA", "U0LEA", "U0ZOE"] }], {
    slack: away("U0LEA"),
  });
  await expect.poll(async () => (await availability(world)).agentsActive, PATIENCE).toBe(2);
  expect((await availability(await startWorld())).agentsActive).toBeNull();
});

it("answers whatever is wrong with Slack", async () => {
  const world = await startTeams([{ name: "Support", agents: ["U0ANNA"] }]);
  world.slack.faults.add("users.getPresence", { kind: "refused" });
  expect(await availability(world)).toEqual({
    open: true,
    opensAt: null,
    agentsActive: null,
    waiting: 0,
    typicalWaitSeconds: null,
    team: "Support",
  });
});

it("tells how many Users of the team wait, and for how long they do as a rule, the same at each replica", async () => {
  const world = await startTeams();
  const all = async (query = "") =>
    await Promise.all(
      world.replicaUrls().map(async (url) => (await (await ask(url, query)).json()) as Answer),
    );
  await all();
  const threads = [];
  for (let n = 0; n < 6; n++) threads.push(await handOver(world));
  const { parley } = world;
  const billing = parley.createUser();
  const { delivered } = await parley.handOver({
    userId: billing.id,
    to: parley.agentService.identification,
    metadata: { reason: "refund" },
  });
  await delivered;
  await lastCallbackHandled(world, billing.id);
  later(world);
  for (const { waiting } of await all()) expect(waiting).toBe(6);
  for (const { waiting } of await all("?reason=refund")) expect(waiting).toBe(1);

  world.advance(90_000);
  for (const { user, ts } of threads) {
    await world.slack.post({ user: "U0ANNA", threadTs: ts, text: "Hello" });
    await expect.poll(() => sentTo(world, user.id), PATIENCE).toEqual(["Hello"]);
  }
  expect(sentTo(world, billing.id)).toEqual([]);
  await expect
    .poll(async () => {
      later(world, 130_000);
      return await all();
    }, PATIENCE)
    .toEqual(world.replicaUrls().map(() => expect.objectContaining({ waiting: 0 })));
  const typical = (await all()).map(({ typicalWaitSeconds }) => typicalWaitSeconds ?? 0);
  for (const seconds of typical) expect(seconds).toBeGreaterThanOrEqual(90);
  for (const seconds of typical) expect(seconds).toBeLessThan(200);
  for (const { typicalWaitSeconds } of await all("?reason=refund"))
    expect(typicalWaitSeconds).toBeNull();
});
