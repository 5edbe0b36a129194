import { describe, expect, it } from "vitest";
import { DEFAULT_SCOPES } from "../../fakes/slack/identity.ts";
import { attemptsIn } from "../support/attempts.ts";
import { endless, foreign } from "../support/foreign-answers.ts";
import { spawnBridge, startBridgeProcess } from "../support/process.ts";
import { readyz, readyzNow } from "../support/readyz.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { sentTo } from "../support/sent.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, rootsOf, textsIn } from "../support/threads.ts";
import { type Env, startWorld, type World } from "../support/world.ts";

/** Nobody listens there. */
const NOWHERE = "http://127.0.0.1:9";

it.each([
  ["cannot be reached", { SLACK_API_URL: `${NOWHERE}/api/` }, undefined],
  ["fails", {}, { kind: "status", status: 503 }],
  ["cuts every connection", {}, { kind: "refused" }],
] as const)("takes callbacks in when it starts while Slack %s", async (_how, changes, fault) => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { user, ts, inbox } = await handOver(world);
  await world.stopBridge();
  if (fault) slack.faults.add("*", fault);

  await world.startBridge({ ...changes, RETRY_FIRST_MS: "20", RETRY_CAP_MS: "50" });

  const known = log.lines.filter(({ event }) => event === "start.from-memory");
  expect(known.map(({ fields }) => fields.name)).toEqual([`workspace/${slack.channel}`]);
  const { delivered } = await parley.userWrites(user.id, "Is anybody there?");
  expect((await delivered).delivered).toBe(true);
  await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
  if (fault) {
    slack.faults.clear();
  } else {
    await world.stopBridge();
    await world.startBridge();
  }
  await slack.waitFor(() => textsIn(world, ts).includes("Is anybody there?"));
});

it("takes replies in when it starts while Parley cannot be reached", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { user, ts, outbox } = await handOver(world);
  await world.stopBridge();

  await world.startBridge({ PARLEY_API_URL: `${NOWHERE}/serviceApi/v2.5` });

  const known = log.lines.filter(({ event }) => event === "start.from-memory");
  expect(known.map(({ fields }) => fields.name)).toEqual([expect.stringMatching(/^bot-service\//)]);
  const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "I am" });
  expect((await reply.delivered).status).toBe("delivered");
  await expect.poll(() => attemptsIn(log, outbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
  await world.stopBridge();
  await world.startBridge();
  await parley.until(() => sentTo(world, user.id).includes("I am"));
  expect(sentTo(world, user.id)).toEqual(["I am"]);
});

it("takes callbacks in when it starts in Socket Mode while Slack fails", async () => {
  const world = await startWorld({ socketMode: true });
  const { slack, parley, log } = world;
  const { user, ts, inbox } = await handOver(world);
  await world.stopBridge();
  slack.faults.add("*", { kind: "status", status: 503 });

  await world.startBridge({ RETRY_FIRST_MS: "20", RETRY_CAP_MS: "50" });

  const { delivered } = await parley.userWrites(user.id, "Is anybody there?");
  expect((await delivered).delivered).toBe(true);
  await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
  slack.faults.clear();
  await slack.waitFor(() => textsIn(world, ts).includes("Is anybody there?"));
  await slack.waitFor(() => slack.socketConnections === 1, 15_000);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "I am" });
  await parley.until(() => sentTo(world, user.id).includes("I am"));
});

it("stops within its time while it waits for its first socket", async () => {
  const world = await startWorld({ socketMode: true });
  const { slack } = world;
  await world.stopBridge();
  slack.faults.add("*", { kind: "status", status: 503 });
  const bridge = await startBridgeProcess(world);

  bridge.signal("SIGTERM");

  expect(await bridge.exited).toEqual({ code: 0, signal: null });
  expect(bridge.lines.at(-1)?.msg).toBe("app.stopped");
});

it.each<[string, Env, (world: World) => void, RegExp]>([
  [
    "refuses the bot's token",
    { SLACK_BOT_TOKEN: "xoxb-of-somebody-else" },
    () => {},
    /SLACK_BOT_TOKEN/,
  ],
  [
    "has put the bot out of the channel",
    {},
    ({ slack }) => slack.state.channels.get(slack.channel)?.members.delete(slack.botUserId),
    /the bot is not in it/,
  ],
])(
  "takes callbacks in when it starts again while Slack %s, and is loud",
  async (_what, changes, prepare, says) => {
    const world = await startWorld();
    const { parley, slack, log } = world;
    const { user } = await handOver(world);
    await world.stopBridge();
    prepare(world);

    await world.startBridge(changes);

    const loud = log.lines.filter(({ event }) => event === "alarm.raised");
    expect(loud.map(({ level, fields }) => [level, fields.advice])).toEqual([
      ["error", expect.stringMatching(says)],
    ]);
    const { delivered } = await parley.userWrites(user.id, "Is anybody there?");
    expect((await delivered).delivered).toBe(true);
    expect((await readyz(world)).status).toBe(503);
    await world.stopBridge();
    slack.state.channels.get(slack.channel)?.members.add(slack.botUserId);
    await world.startBridge();
    await slack.waitFor(() =>
      slack.state.messages.some(({ text }) => text.startsWith("Is anybody there?")),
    );
  },
);

it("does not go by memory when the channel is unknown", async () => {
  const world = await startWorld();
  const { env, log } = world;
  await world.stopBridge();

  const bridge = await runToEnd({ ...env, SLACK_CHANNEL: "C0NOWHERE" });

  expect(bridge.code).toBe(78);
  expect(bridge.stderr).toContain("SLACK_CHANNEL");
  expect(log.lines.some(({ event }) => event === "start.from-memory")).toBe(false);
  expect(bridge.stdout).not.toContain("start.from-memory");
});

const PAGE = "<html>Forbidden</html>";
const error = (message: string) =>
  JSON.stringify({ status: "ERROR", notifications: [{ type: "error", message }] });
const slackSays = (code: string) => JSON.stringify({ ok: false, error: code });
const alarmsOf = ({ log }: World) =>
  log.lines.filter(({ event }) => event === "alarm.raised").map(({ fields }) => fields);

describe("while Parley, or a proxy in front of it, refuses the bridge", () => {
  const ANSWERS = [
    ["403 with a page", foreign(PAGE, 403), /refuses all our requests/],
    ["404 with a page", foreign(PAGE, 404), /PARLEY_API_URL.*path/],
    ["401 with a page", foreign(PAGE, 401), /credentials/],
    ["200 with ERROR", foreign(error("maintenance_mode")), /refuses all our requests/],
  ] as const;
  const CREDENTIALS = [
    ["api_key_not_valid", foreign(error("api_key_not_valid"), 401), /credentials.*clock/],
    ["api_key_not_valid in 200", foreign(error("api_key_not_valid")), /credentials.*clock/],
  ] as const;

  it.each([...ANSWERS, ...CREDENTIALS])(
    "it starts from memory, loudly, and goes on by itself: %s",
    async (_what, answer, advice) => {
      const world = await startWorld();
      const { slack, parley, log } = world;
      const { user, ts, outbox } = await handOver(world);
      await world.stopBridge();
      parley.faults.add(/./, answer);

      await world.startBridge({ RETRY_FIRST_MS: "20", RETRY_CAP_MS: "50" });

      const known = log.lines.filter(({ event }) => event === "start.from-memory");
      expect(known.map(({ fields }) => fields.name)).toEqual([
        expect.stringMatching(/^bot-service\//),
      ]);
      expect(alarmsOf(world)).toEqual([
        { alarm: "parley-access", advice: expect.stringMatching(advice) as string },
      ]);
      const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "I am" });
      expect((await reply.delivered).status).toBe("delivered");
      await expect.poll(() => attemptsIn(log, outbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
      parley.faults.clear();
      await parley.until(() => sentTo(world, user.id).includes("I am"));
      expect(alarmsOf(world)).toHaveLength(1);
    },
  );

  it.each(ANSWERS)(
    "its very first start fails in a way that can pass: %s",
    async (_what, answer, advice) => {
      const world = await startWorld({ stopped: true });
      world.parley.faults.add(/./, answer);

      const bridge = await runToEnd(world.env);

      expect(bridge.code).toBe(1);
      expect(bridge.lines.find(({ msg }) => msg === "alarm.raised")?.advice).toMatch(advice);
      expect(bridge.lines.at(-1)?.msg).toBe("app.start-failed");
      expect(bridge.stdout + bridge.stderr).not.toContain("Forbidden");
    },
  );

  it.each(CREDENTIALS)("its very first start needs somebody: %s", async (_what, answer, advice) => {
    const world = await startWorld({ stopped: true });
    world.parley.faults.add(/./, answer);

    const bridge = await runToEnd(world.env);

    expect(bridge.code).toBe(78);
    expect(bridge.stderr).toMatch(advice);
  });

  it("it is loud about a list of Services that lacks it, and starts from memory", async () => {
    const world = await startWorld();
    const { parley } = world;
    await world.stopBridge();
    parley.faults.add("GET /services", foreign('{"status":"SUCCESS","data":{"services":[]}}'));

    await world.startBridge();

    expect(alarmsOf(world)).toEqual([
      {
        alarm: "parley-service",
        advice: expect.stringMatching(/PARLEY_SERVICE_IDENTIFICATION is not among/) as string,
      },
    ]);
    parley.faults.clear();
    await expect.poll(() => readyzNow(world), PATIENCE).toHaveProperty("status", 200);
  });
});

describe("while something in front of Slack refuses the bridge", () => {
  const REFUSED = [
    ["403 with a page", foreign(PAGE, 403), /http_403.*SLACK_API_URL/],
    ["404 with a page", foreign(PAGE, 404), /http_404.*SLACK_API_URL/],
    ["an organisation on the move", foreign(slackSays("team_added_to_org")), /team_added_to_org/],
  ] as const;

  it.each(
    [false, true].flatMap((socketMode) => REFUSED.map((given) => [socketMode, ...given] as const)),
  )(
    "its very first start fails in a way that can pass, Socket Mode %s: %s",
    async (socketMode, _what, answer, advice) => {
      const world = await startWorld({ stopped: true, socketMode });
      world.slack.faults.add("*", answer);

      const bridge = await runToEnd(world.env);

      expect(bridge.code).toBe(1);
      expect(bridge.lines.find(({ msg }) => msg === "alarm.raised")?.advice).toMatch(advice);
      expect(bridge.stdout + bridge.stderr).not.toMatch(/SLACK_(BOT|APP)_TOKEN is|Forbidden/);
    },
  );

  it.each(REFUSED)(
    "a later start goes by memory, and names no token: %s",
    async (_what, answer, advice) => {
      const world = await startWorld({ socketMode: true });
      const { slack, parley, log } = world;
      const { user, ts } = await handOver(world);
      await world.stopBridge();
      slack.faults.add("*", answer);

      await world.startBridge({ RETRY_FIRST_MS: "20", RETRY_CAP_MS: "50" });

      await parley.userWrites(user.id, "Is anybody there?");
      const { checks } = await readyz(world);
      expect(checks["slack-access"]).toMatch(advice);
      expect(JSON.stringify([checks, log.lines])).not.toMatch(/SLACK_(BOT|APP)_TOKEN is/);
      slack.faults.clear();
      await slack.waitFor(() => textsIn(world, ts).includes("Is anybody there?"), 15_000);
      await slack.waitFor(() => slack.socketConnections === 1, 15_000);
      await expect.poll(() => readyzNow(world), PATIENCE).toHaveProperty("status", 200);
    },
  );
});

it.each([
  ["a refusal of this request alone", foreign(error("gone_for_good"), 410)],
  ["a page", foreign(PAGE)],
  ["no end", endless(200)],
] as const)("starts from memory while Parley answers with %s", async (_what, answer) => {
  const world = await startWorld();
  const { parley, log } = world;
  await world.stopBridge();
  parley.faults.add("GET /services", answer);

  await world.startBridge();

  expect(log.lines.filter(({ event }) => event === "start.from-memory")).toHaveLength(1);
});

it("does not use the last-known answer about one channel for another", async () => {
  const world = await startWorld();
  await world.stopBridge();
  world.slack.faults.add("*", { kind: "status", status: 503 });

  const changes = { SLACK_CHANNEL: "C0ELSEWHERE" };

  await expect(world.startBridge(changes)).rejects.toThrow(/HTTP 503/);
});

it.each([
  ["another bot", { PARLEY_BOT_SERVICE: "another-bot" }],
  ["another account", { PARLEY_ACCOUNT_IDENTIFICATION: "another-account" }],
])("does not use the last-known answer about one bot for %s", async (_what, changes) => {
  const world = await startWorld();
  await world.stopBridge();
  world.parley.faults.add("*", { kind: "status", status: 503 });

  await expect(world.startBridge(changes)).rejects.toThrow(/HTTP 503/);
});

it("leaves its state to the bridge that has it, with advice", async () => {
  const world = await startWorld();
  const { slack, parley, env } = world;
  const { user, ts } = await handOver(world);

  const second = spawnBridge(env);

  expect((await second.exited).code).toBe(78);
  expect(second.stderr).toMatch(/STATE_URL is in use by another bridge .*stop that one first/);
  await parley.userWrites(user.id, "Only once");
  await slack.waitFor(() => textsIn(world, ts).includes("Only once"));
  await world.stopBridge();
  await world.startBridge();
  await parley.userWrites(user.id, "Next");
  await slack.waitFor(() => textsIn(world, ts).includes("Next"), 15_000);
  expect(textsIn(world, ts)).toEqual(["Only once", "Next"]);
});

it("has its state to itself again right after a SIGKILL", async () => {
  const world = await startWorld({ stopped: true });
  const first = await startBridgeProcess(world);

  first.signal("SIGKILL");
  await first.exited;

  await expect(world.startBridge()).resolves.toBeUndefined();
});

it("looks into the thread before it posts what it may have posted", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { user, ts, inbox } = await handOver(world);
  slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
  slack.faults.add("conversations.replies", { kind: "status", status: 500 });
  await parley.userWrites(user.id, "Posted");
  await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
  const { delivered } = await parley.userWrites(user.id, "Not posted");
  await delivered;
  await world.stopBridge();
  slack.faults.clear();
  const calls = slack.requests.length;

  await world.startBridge();

  await slack.waitFor(() => textsIn(world, ts).includes("Not posted"));
  expect(textsIn(world, ts)).toEqual(["Posted", "Not posted"]);
  const after = slack.requests.slice(calls).map(({ method }) => method);
  expect(after.indexOf("conversations.replies")).toBeLessThan(after.indexOf("chat.postMessage"));
});

it("looks into the channel before it posts a root that it may have posted", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
  slack.faults.add("conversations.history", { kind: "status", status: 500 });
  const user = parley.createUser();
  const to = parley.agentService.identification;
  await parley.handOver({ userId: user.id, to, metadata: { reason: "lost" } });
  const deferred = () => attemptsIn(log, `user/${user.id}`).at(-1)?.outcome;
  await expect.poll(deferred, PATIENCE).toBe("deferred");
  await world.stopBridge();
  slack.faults.clear();

  await world.startBridge();

  await parley.userWrites(user.id, "Hello");
  const [root] = rootsOf(slack);
  await slack.waitFor(() => textsIn(world, root?.ts ?? "").includes("Hello"));
  expect(rootsOf(slack)).toHaveLength(1);
});

it("says so too when the repeat itself is refused at first", async () => {
  const scopes = DEFAULT_SCOPES.filter((scope) => !scope.endsWith(":history"));
  const world = await startWorld({ slack: { scopes }, env: { RETRY_FIRST_MS: "20" } });
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
  slack.faults.add("chat.postMessage", { kind: "rate-limited", retryAfterSeconds: 1 }, 1);

  await parley.userWrites(user.id, "Once or twice");

  const [, repeat] = await slack.waitFor(() => {
    const posts = postsIn(slack, ts);
    return posts.length === 2 ? posts : undefined;
  }, 10_000);
  expect(repeat?.text).toMatch(/^Once or twice\n_\(may be a repeat\)_$/);
});

it("says that a post may be a repeat where Slack does not let it look", async () => {
  const scopes = DEFAULT_SCOPES.filter((scope) => !scope.endsWith(":history"));
  const world = await startWorld({ slack: { scopes }, env: { RETRY_FIRST_MS: "500" } });
  const { slack, parley, log } = world;
  const { user, ts, inbox } = await handOver(world);
  slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
  await parley.userWrites(user.id, "Once or twice");
  await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
  await parley.userWrites(user.id, "Surely once");
  await world.stopBridge();

  await world.startBridge();

  await slack.waitFor(() => textsIn(world, ts).includes("Surely once"));
  const [first, repeat, next] = postsIn(slack, ts);
  expect(first?.text).toBe("Once or twice");
  expect(repeat?.text).toMatch(/^Once or twice\n_\(may be a repeat\)_$/);
  expect(JSON.stringify(repeat?.blocks)).toContain("May be a repeat");
  expect(JSON.stringify(next)).not.toContain("repeat");
});
