import { describe, expect, it } from "vitest";
import { sentTo } from "../support/sent.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { textsIn } from "../support/threads.ts";
import { inBridgeFile, PEOPLE, SUPPORT } from "../support/two-teams.ts";
import { startWorld, type World } from "../support/world.ts";

const MINUTE_MS = 60_000;

/** As it stands in the file; the team is there whenever the test runs. */
const LADDER = {
  waiting: [
    { after: "3m", remind: "group" },
    { after: "10m", "tell-user": "waiting" },
    { after: "20m", remind: "leads" },
    { after: "60m", "hand-back": "nobody_available" },
  ],
  silent: { after: "30m", release: true },
  idle: [
    { after: "2h", "tell-user": "still-there" },
    { after: "3h", "hand-back": "user_silent" },
  ],
};

const startDesk = async (
  rules: object = LADDER,
  more: Readonly<Record<string, unknown>> = {},
): Promise<World> =>
  await startWorld({
    slack: PEOPLE,
    env: await inBridgeFile([{ ...SUPPORT, ...rules }], more),
  });

const pass = (world: World, minutes: number): void => world.advance(minutes * MINUTE_MS);

const count = (texts: readonly string[], what: RegExp) =>
  texts.filter((text) => what.test(text)).length;

const REMINDER = /nobody has answered yet/;

describe("a User whom nobody answers", () => {
  it("is brought to mind, told something, and handed back, each at its time and once", async () => {
    const world = await startDesk();
    const { parley } = world;
    const { user, ts } = await handOver(world);
    const texts = () => textsIn(world, ts);

    pass(world, 3);
    await expect.poll(() => count(texts(), REMINDER), PATIENCE).toBe(1);
    expect(texts().find((text) => REMINDER.test(text))).toContain("<!subteam^S0SUPPORT>");
    pass(world, 7);
    await parley.until(() => sentTo(world, user.id).length === 1);
    expect(sentTo(world, user.id)).toEqual([expect.stringMatching(/^Thank you for waiting/)]);
    await expect.poll(() => count(texts(), /Sent to the User automatically/), PATIENCE).toBe(1);
    pass(world, 10);
    await expect.poll(() => count(texts(), /<!subteam\^S0LEADS>/), PATIENCE).toBe(1);
    pass(world, 40);
    await parley.until(() => user.owner === parley.botService.identification);
    await expect.poll(() => count(texts(), /Nobody answered in time/), PATIENCE).toBe(1);
    expect(count(texts(), REMINDER)).toBe(2);
    expect(sentTo(world, user.id)).toHaveLength(1);
  });

  it("is left alone once somebody answers", async () => {
    const world = await startDesk();
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    pass(world, 3);
    await expect.poll(() => count(textsIn(world, ts), REMINDER), PATIENCE).toBe(1);
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Hello" });
    await parley.until(() => sentTo(world, user.id).length === 1);
    pass(world, 7);
    // What is due for another User comes, and nothing for the one who has an answer.
    const next = await handOver(world);
    pass(world, 3);
    await expect.poll(() => count(textsIn(world, next.ts), REMINDER), PATIENCE).toBe(1);
    expect(sentTo(world, user.id)).toEqual(["Hello"]);
    expect(count(textsIn(world, ts), REMINDER)).toBe(1);
  });

  it("is found again by clocks after a restart", async () => {
    const world = await startDesk();
    const { ts } = await handOver(world);
    await world.stopBridge();
    world.advance(3 * MINUTE_MS - 20_000);
    await world.startBridge();
    world.advance(20_000);
    await expect.poll(() => count(textsIn(world, ts), REMINDER), PATIENCE).toBe(1);
  });
});

it("frees a conversation whose agent is silent", async () => {
  const world = await startDesk();
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "One moment" });
  await parley.until(() => sentTo(world, user.id).length === 1);
  await parley.userWrites(user.id, "And?");
  await slack.waitFor(() => textsIn(world, ts).includes("And?"));
  pass(world, 15);
  await expect.poll(() => count(textsIn(world, ts), /<@U0ANNA> .*for an answer/), PATIENCE).toBe(1);
  pass(world, 15);
  await expect.poll(() => count(textsIn(world, ts), /has not answered for/), PATIENCE).toBe(1);
  pass(world, 3);
  await expect.poll(() => count(textsIn(world, ts), REMINDER), PATIENCE).toBe(1);
});

/** A team that is never there today: it opens in three days, for a minute. */
const CLOSED = () => {
  const day = (ahead: number) =>
    new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  return {
    hours: {
      rare: {
        timezone: "UTC",
        open: { "mon-sun": "00:00-24:00" },
        closed: [`${day(-2)}..${day(2)}`],
      },
    },
  };
};

describe("a User who is handed over outside of the hours", () => {
  it("is told when it opens, once, and nobody is reminded", async () => {
    const world = await startDesk({ ...LADDER, hours: "rare" }, CLOSED());
    const { parley } = world;
    const { user, ts } = await handOver(world);
    await parley.until(() => sentTo(world, user.id).length === 1);
    expect(sentTo(world, user.id)).toEqual([
      expect.stringMatching(/We are not here at the moment; we are back on \w+ \d+ \w+ at 00:00/),
    ]);
    pass(world, 60);
    await expect
      .poll(() => count(textsIn(world, ts), /Sent to the User automatically/), PATIENCE)
      .toBe(1);
    expect(count(textsIn(world, ts), REMINDER)).toBe(0);
    expect(sentTo(world, user.id)).toHaveLength(1);
  });

  it("goes back to the bot at once where that is wanted", async () => {
    const world = await startDesk({ ...LADDER, hours: "rare", outside: "hand-back" }, CLOSED());
    const { parley } = world;
    const { user, ts } = await handOver(world);
    await parley.until(() => user.owner === parley.botService.identification);
    await expect.poll(() => count(textsIn(world, ts), /not there at this time/), PATIENCE).toBe(1);
    expect(sentTo(world, user.id)).toEqual([]);
  });
});
