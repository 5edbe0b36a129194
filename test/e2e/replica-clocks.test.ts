import { expect, it, onTestFinished } from "vitest";
import { startApp } from "../../src/app.ts";
import { type Clock, systemClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { moveServerClock } from "../support/move-server-clock.ts";
import { createTables, describePostgres } from "../support/postgres.ts";
import { press } from "../support/replies.ts";
import { sentTo } from "../support/sent.ts";
import {
  type HandedOver,
  handBack,
  handOver,
  lastCallbackHandled,
  PATIENCE,
  postTo,
} from "../support/steps.ts";
import { reactionsOn, textsIn, toldTo } from "../support/threads.ts";
import { inBridgeFile } from "../support/two-teams.ts";
import { CALLBACK_TOKEN, type Env, startWorld } from "../support/world.ts";

const MINUTE_MS = 60_000;
/** Of the replicas' machines. */
const MINUTES_AHEAD = [5, -5];
/** So many Users that each replica has some of them. */
const USERS = 6;

/** Two replicas; `reach` has all that follows come to one of them, and gives its address. `pass` lets time pass for all clocks. */
async function startTwo(more: Env = {}) {
  const world = await startWorld({
    stopped: true,
    env: { STATE_URL: await createTables(), ...more },
  });
  const { slack, parley, log, env } = world;
  const { STATE_URL: database = "" } = env;
  let passed = 0;
  const looks = new Set<() => void>();
  const apps = await Promise.all(
    MINUTES_AHEAD.map((minutes) => {
      const clock: Clock = {
        now: () => systemClock.now() + minutes * MINUTE_MS + passed,
        monotonic: () => systemClock.monotonic() + passed,
        onMoved: (look) => looks.add(look),
      };
      return startApp(readConfig(env), log, { clock });
    }),
  );
  onTestFinished(async () => {
    await Promise.all(apps.map((app) => app.stop()));
  });
  const reach = (index: number) => {
    const url = `http://127.0.0.1:${apps[index % apps.length]?.port}`;
    slack.deliverTo(`${url}/slack/events`);
    parley.registerCallback(parley.agentService.identification, `${url}/parley/callback`, {
      authorization: CALLBACK_TOKEN,
    });
    return url;
  };
  reach(0);
  async function pass(minutes: number): Promise<void> {
    await moveServerClock(database, passed + minutes * MINUTE_MS);
    passed += minutes * MINUTE_MS;
    for (const look of looks) look();
  }
  return { ...world, reach, pass };
}

describePostgres("replicas on machines whose clocks differ by minutes", () => {
  it("hold a reply for as long as it can be undone, whoever took it in and whoever sends it", async () => {
    const world = await startTwo({ UNDO_SECONDS: "30" });
    const { slack, reach } = world;
    for (let each = 0; each < USERS; each++) {
      reach(each);
      const { user, root } = await handOver(world);
      const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Oh no" });
      const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
      await press(world, told, "parley_undo");
      await slack.waitFor(() => told.text.startsWith(":lock: Not sent."));
      await slack.waitFor(() => reactionsOn(slack, ts).includes("lock"));
      expect(sentTo(world, user.id)).toEqual([]);
    }
  });

  it("do each step of a desk at its time, and once", async () => {
    const waiting = [
      { after: "10m", remind: "thread" },
      { after: "20m", "tell-user": "waiting" },
      { after: "30m", "hand-back": "nobody_available" },
    ];
    const database = await createTables();
    // For all sessions, which begin after this.
    await moveServerClock(database, 0);
    const world = await startTwo({
      STATE_URL: database,
      ...(await inBridgeFile([{ name: "Support" }], { waiting })),
    });
    const { slack, parley, reach, pass } = world;
    const opened: HandedOver[] = [];
    for (let each = 0; each < USERS; each++) {
      reach(each);
      opened.push(await handOver(world));
    }
    const all = async (what: (each: HandedOver) => unknown) => {
      for (const each of opened) await slack.waitFor(() => what(each) || undefined);
    };
    const reminders = (ts: string) =>
      textsIn(world, ts).filter((text) => /nobody has answered yet/.test(text)).length;

    await pass(6);
    // The root tells of the last of 1, 3 and 10 minutes: whoever counts by a clock of its own is at the first, or the last.
    const rootOf = (ts: string) => slack.state.messages.find((message) => message.ts === ts);
    await all(({ ts }) => /\b3 min/.test(JSON.stringify(rootOf(ts))));
    expect(opened.map(({ ts }) => reminders(ts))).toEqual(opened.map(() => 0));
    await pass(4);
    await all(({ ts }) => reminders(ts) === 1);
    expect(opened.flatMap(({ user }) => sentTo(world, user.id))).toEqual([]);
    await pass(10);
    await parley.until(() => opened.every(({ user }) => sentTo(world, user.id).length === 1));
    await pass(10);
    await parley.until(() =>
      opened.every(({ user }) => user.owner === parley.botService.identification),
    );
    expect(opened.map(({ ts, user }) => [reminders(ts), sentTo(world, user.id).length])).toEqual(
      opened.map(() => [1, 1]),
    );
  });

  it("show agents nothing of what a User writes to the bot after a hand-back, and all that came before", async () => {
    const world = await startTwo();
    const { parley, log, reach } = world;
    for (let each = 0; each < USERS; each++) {
      reach(each);
      const { user, root } = await handOver(world);
      reach(each + 1);
      await parley.userWrites(user.id, "For the agents");
      await expect.poll(() => textsIn(world, root.ts), PATIENCE).toContain("For the agents");
      await handBack(world, root);
      const url = reach(each);
      // Whether Parley tells us of it is not known.
      const message = {
        id: 9_000_000 + each,
        typeId: 1,
        message: "For the bot",
        user: { id: user.id },
      };
      const body = { ...message, time: Math.floor(Date.now() / 1_000) };
      await postTo({ bridgeUrl: () => url }, "/parley/callback", { type: "message", body });
      await lastCallbackHandled({ log }, user.id);
      expect(textsIn(world, root.ts)).not.toContain("For the bot");
    }
  });
});
