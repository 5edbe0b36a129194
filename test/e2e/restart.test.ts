import { expect, it } from "vitest";
import { attemptsIn } from "../support/attempts.ts";
import { type BridgeProcess, spawnBridge, startBridgeProcess } from "../support/process.ts";
import { sentTo } from "../support/sent.ts";
import { PATIENCE } from "../support/steps.ts";
import { postsIn, rootsOf, textsIn, textsTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

/** A User in an open thread; resolves once the process has recorded it. */
async function openThread({ slack, parley }: World) {
  const user = parley.createUser({
    additionalInformation: { name: "Ada Lovelace", email: "ada@example.com" },
  });
  const { identification: to } = parley.agentService;
  await parley.handOver({ userId: user.id, to, metadata: { reason: "lost_parcel" } });
  const root = await slack.waitFor(() => rootsOf(slack).at(-1));
  // The same lane: when this is posted, the root is recorded.
  await parley.userWrites(user.id, "Where is my parcel?");
  await slack.waitFor(() => postsIn(slack, root.ts)[0]);
  return { userId: user.id, ts: root.ts };
}

/** Ends the process as an operator does, and checks that it goes well. `last`: by itself, or cut off. */
async function stop(bridge: BridgeProcess, last = "app.stopped"): Promise<void> {
  bridge.signal("SIGTERM");
  expect(await bridge.exited).toEqual({ code: 0, signal: null });
  expect(bridge.lines.at(-1)?.msg).toBe(last);
}

/** How many requests of this kind have arrived at Parley, answered or not. */
const arrivedAt = ({ parley }: World, call: string) =>
  parley.requests.filter(({ method, path }) => `${method} ${path}` === call).length;

it.each([
  ["HTTP", false],
  ["Socket Mode", true],
])(
  "continues open conversations in their threads after a restart over %s",
  async (_, socketMode) => {
    const world = await startWorld({ stopped: true, socketMode });
    const { slack, parley } = world;
    const first = await startBridgeProcess(world);
    const { userId, ts } = await openThread(world);

    await stop(first);
    const second = await startBridgeProcess(world);

    await parley.userWrites(userId, "Still there?");
    await slack.waitFor(() => textsIn(world, ts).includes("Still there?"));
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Of course" });
    await parley.until(() => sentTo(world, userId).includes("Of course"));
    expect(rootsOf(slack)).toHaveLength(1);
    expect(textsIn(world, ts)).toEqual(["Where is my parcel?", "Still there?"]);
    await stop(second);
  },
);

it.each([
  ["HTTP", false],
  ["Socket Mode", true],
])("finishes what is under way at a stop and goes on behind it over %s", async (_, socketMode) => {
  const world = await startWorld({ socketMode });
  const { slack, parley, log } = world;
  const { userId, ts } = await openThread(world);
  const messages = `POST /users/${userId}/messages`;
  // Longer than it takes until the lanes are told to stop.
  parley.faults.add(messages, { kind: "latency", ms: 1_000 }, 1);
  slack.faults.add("chat.postMessage", { kind: "latency", ms: 1_000 }, 1);
  const posts = slack.calls("chat.postMessage").length;

  for (const text of ["one", "two", "three"]) {
    const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: `agent ${text}` });
    expect((await reply.delivered).status).toBe("delivered");
    const { delivered } = await parley.userWrites(userId, `user ${text}`);
    expect((await delivered).delivered).toBe(true);
  }
  await expect.poll(() => arrivedAt(world, messages), PATIENCE).toBe(1);
  await expect.poll(() => slack.calls("chat.postMessage").length, PATIENCE).toBe(posts + 1);
  expect(sentTo(world, userId)).toEqual([]);
  await world.stopBridge();
  expect(log.lines.at(-1)?.event).toBe("app.stopped");
  expect(sentTo(world, userId)).toEqual(["agent one"]);
  expect(textsIn(world, ts)).toEqual(["Where is my parcel?", "user one"]);

  await world.startBridge();

  await parley.until(() => sentTo(world, userId).length === 3);
  await expect.poll(() => textsIn(world, ts).join("\n"), PATIENCE).toContain("user three");
  // Whatever were sent twice would come before these.
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "agent end" });
  await parley.until(() => sentTo(world, userId).includes("agent end"));
  await parley.userWrites(userId, "user end");
  await slack.waitFor(() => textsIn(world, ts).includes("user end"));
  expect(sentTo(world, userId)).toEqual(["agent one", "agent two", "agent three", "agent end"]);
  expect(textsIn(world, ts).join("\n")).toBe(
    "Where is my parcel?\nuser one\nuser two\nuser three\nuser end",
  );
  expect(textsTo(slack, "U0ANNA")).toEqual([]);
});

it("stops in time while Parley hangs, and asks the agent after the restart", async () => {
  const world = await startWorld({ stopped: true });
  const { slack, parley } = world;
  const first = await startBridgeProcess(world, { STOP_DEADLINE_SECONDS: "1" });
  const { userId, ts } = await openThread(world);
  const messages = `POST /users/${userId}/messages`;
  parley.faults.add(messages, { kind: "hang" }, 1);
  const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "Did it arrive?" });
  await expect.poll(() => arrivedAt(world, messages), PATIENCE).toBe(1);

  await stop(first, "app.stop-cut-off");
  await world.startBridge();

  await slack.waitFor(() => textsTo(slack, "U0ANNA")[0], 15_000);
  expect(textsTo(slack, "U0ANNA")[0]).toMatch(/may or may not have arrived|Perhaps not delivered/);
  await slack.waitFor(() =>
    slack.state.messages
      .find((message) => message.ts === reply.ts)
      ?.reactions?.some(({ name }) => name === "grey_question"),
  );
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Next" });
  await parley.until(() => sentTo(world, userId).includes("Next"));
  expect(sentTo(world, userId)).toEqual(["Did it arrive?", "Next"]);
});

it("ends at once at a later second signal, and loses nothing", async () => {
  const world = await startWorld({ stopped: true });
  const { slack, parley } = world;
  const first = await startBridgeProcess(world);
  const { userId, ts } = await openThread(world);
  const posts = slack.calls("chat.postMessage").length;
  slack.faults.add("chat.postMessage", { kind: "hang" }, 1);
  await parley.userWrites(userId, "Hello?");
  await expect.poll(() => slack.calls("chat.postMessage").length, PATIENCE).toBe(posts + 1);
  let code: number | null | undefined;
  void first.exited.then((exit) => {
    code = exit.code;
  });

  await expect
    .poll(() => {
      first.signal("SIGINT");
      return code;
    }, PATIENCE)
    .toBe(1);

  await world.startBridge();
  await parley.userWrites(userId, "Next");
  await slack.waitFor(() => textsIn(world, ts).some((text) => text.includes("Next")), 15_000);
  expect(textsIn(world, ts)).toEqual(["Where is my parcel?", "Hello?", "Next"]);
});

it("posts once what was posted but not yet recorded when the process was killed", async () => {
  const world = await startWorld({ stopped: true });
  const { slack, parley } = world;
  const first = await startBridgeProcess(world);
  const { userId, ts } = await openThread(world);
  slack.faults.add("chat.postMessage", { kind: "hang" }, 1);
  await parley.userWrites(userId, "Hello?");
  await slack.waitFor(() => textsIn(world, ts).includes("Hello?"));

  first.signal("SIGKILL");
  expect((await first.exited).signal).toBe("SIGKILL");
  await world.startBridge();

  await parley.userWrites(userId, "Next");
  await slack.waitFor(() => textsIn(world, ts).includes("Next"), 15_000);
  expect(textsIn(world, ts)).toEqual(["Where is my parcel?", "Hello?", "Next"]);
});

it("tries again after a restart what Slack refused before", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { userId, ts } = await openThread(world);
  slack.faults.add("chat.postMessage", { kind: "rate-limited", retryAfterSeconds: 1 }, 1);
  await parley.userWrites(userId, "Hello?");
  const last = () => attemptsIn(log, `user/${userId}`).at(-1);
  await expect.poll(() => last()?.outcome, PATIENCE).toBe("deferred");

  await world.stopBridge();
  await world.startBridge();

  await slack.waitFor(() => textsIn(world, ts).includes("Hello?"), 15_000);
  await parley.userWrites(userId, "Next");
  await slack.waitFor(() => textsIn(world, ts).includes("Next"), 15_000);
  expect(textsIn(world, ts)).toEqual(["Where is my parcel?", "Hello?", "Next"]);
});

it("finishes a hand-back that the restart interrupted, without a second last message", async () => {
  const world = await startWorld({ stopped: true });
  const { slack, parley } = world;
  const first = await startBridgeProcess(world);
  const { userId, ts } = await openThread(world);
  parley.faults.add(`PUT /users/${userId}/agent/unset`, { kind: "hang" }, 1);
  await slack.shortcut({
    user: "U0ANNA",
    callbackId: "parley_hand_back",
    channel: slack.channel,
    ts,
  });
  const { view } = await slack.waitFor(() => [...slack.state.views.values()][0]);
  const values = { last_message: "Goodbye" };
  await slack.submitView({ user: "U0ANNA", viewId: view.id, values });
  await expect.poll(() => arrivedAt(world, `PUT /users/${userId}/agent/unset`), PATIENCE).toBe(1);

  first.signal("SIGKILL");
  await first.exited;
  await world.startBridge();

  await parley.until(() => parley.user(userId).owner === parley.botService.identification);
  await slack.waitFor(() => /Handed back/.test(JSON.stringify(rootsOf(slack)[0]?.blocks)), 15_000);
  expect(sentTo(world, userId)).toEqual(["Goodbye"]);
  expect(textsIn(world, ts).filter((text) => /handed this User back/.test(text))).toHaveLength(1);
});

it("stops in time while it is still starting", async () => {
  const { slack, env } = await startWorld({ stopped: true });
  slack.faults.add("auth.test", { kind: "latency", ms: 500 }, 1);
  const bridge = spawnBridge(env);
  await slack.waitFor(() => slack.calls("auth.test")[0], 15_000);

  await stop(bridge);
});

it("stops in order while its socket is broken", async () => {
  const world = await startWorld({ socketMode: true });
  world.slack.faults.add("apps.connections.open", { kind: "status", status: 500 });

  world.slack.cutSockets();

  await world.stopBridge();
  expect(world.log.lines.at(-1)?.event).toBe("app.stopped");
});

it("logs JSON lines with facts, but no texts, names, addresses or secrets", async () => {
  const world = await startWorld({ stopped: true });
  const { slack, parley, env } = world;
  const bridge = await startBridgeProcess(world);
  const { userId, ts } = await openThread(world);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "We look for it" });
  await parley.until(() => parley.sent(userId)[0]);
  parley.faults.add(`POST /users/${userId}/messages`, { kind: "status", status: 400 }, 1);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "This one is refused" });
  await slack.waitFor(() => textsTo(slack, "U0ANNA")[0]);
  await stop(bridge);

  const { lines } = bridge;
  expect(bridge.stderr).toBe("");
  expect(bridge.stdout.trimEnd().split("\n")).toHaveLength(lines.length);
  for (const line of lines) {
    expect(line).toMatchObject({
      level: expect.any(Number),
      msg: expect.stringMatching(/^[a-z.-]+$/),
    });
    expect(new Date(line.time).toISOString()).toBe(line.time);
  }
  expect(lines.map(({ msg }) => msg)).toContain("app.started");
  expect(lines.at(-1)?.msg).toBe("app.stopped");
  const attempt = lines.find(
    ({ msg, queue }) => msg === "delivery.attempted" && queue === "outbox",
  );
  expect(attempt).toMatchObject({
    lane: `${slack.teamId}/${slack.channel}/${ts}`,
    item: expect.any(String),
    attempt: 1,
    outcome: "done",
    duration_ms: expect.any(Number),
    age_ms: expect.any(Number),
  });
  expect(lines.some(({ msg, error_code }) => msg === "delivery.attempted" && error_code)).toBe(
    true,
  );
  for (const hidden of [
    "parcel",
    "We look for it",
    "This one is refused",
    "Lovelace",
    "ada@example.com",
    "Anna",
    env.SLACK_BOT_TOKEN,
    env.SLACK_SIGNING_SECRET,
    env.PARLEY_SHARED_SECRET,
    env.PARLEY_CALLBACK_TOKEN,
  ]) {
    expect(bridge.stdout).not.toContain(hidden);
  }
});
