import { Webhook } from "standardwebhooks";
import { expect, it, onTestFinished } from "vitest";
import type { Fault } from "../../fakes/http/faults.ts";
import { startHttpServer } from "../../fakes/http/http-server.ts";
import { runDeadLetters } from "../support/dead-letters-tool.ts";
import { BOT_SECRET, startListeningBot, toldAbout } from "../support/listening-bot.ts";
import { sentTo } from "../support/sent.ts";
import { handBack, handOver, PATIENCE, submitHandBack } from "../support/steps.ts";
import { rootsAbout, textOf } from "../support/threads.ts";
import { inBridgeFile, PEOPLE, SUPPORT, startTeams } from "../support/two-teams.ts";
import { startWorld, type World } from "../support/world.ts";

const raised = ({ log }: World): string[] =>
  log.lines
    .filter(({ event, fields }) => event === "alarm.raised" && fields.alarm === "bot-events")
    .map(({ fields }) => String(fields.advice));

it("tells the bot all that becomes of a handover", async () => {
  const { bot, env } = await startListeningBot();
  const file = await inBridgeFile([
    {
      ...SUPPORT,
      agents: ["U0ANNA"],
      waiting: [{ after: "3m", remind: "group" }],
      outcomes: ["solved"],
    } as never,
  ]);
  const world = await startWorld({ slack: PEOPLE, env: { ...env, ...file } });
  const { slack } = world;
  const { user, root, ts } = await handOver(world, { metadata: { reason: "damaged_parcel" } });
  await expect.poll(() => toldAbout(bot, user.id), PATIENCE).toEqual(["accepted"]);
  world.advance(3 * 60_000);
  await expect.poll(() => toldAbout(bot, user.id), PATIENCE).toContain("waiting");
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "I look into it" });
  await expect.poll(() => toldAbout(bot, user.id), PATIENCE).toContain("answered");
  await submitHandBack(slack, ts, {
    outcome: "solved",
    tags: "refund",
    note: "Refund is booked",
    message_for_user: "Your refund is on its way.",
  });
  await slack.waitFor(() => /Handed back/.test(textOf(root)));
  await expect
    .poll(() => toldAbout(bot, user.id), PATIENCE)
    .toEqual(["accepted", "waiting", "claimed", "answered", "completed"]);

  const [accepted, waiting, claimed, answered, completed] = bot.events;
  const conversation = accepted?.data.conversation;
  for (const { data } of bot.events) {
    expect(data).toMatchObject({ version: 1, conversation, userId: user.id, team: "Support" });
  }
  expect(accepted?.data).toMatchObject({ position: 1, open: true });
  expect(waiting?.data).toMatchObject({ step: { afterSeconds: 180, remind: "group" } });
  expect(claimed?.data).toMatchObject({ agent: "Anna" });
  expect(answered?.data).toMatchObject({ agent: "Anna" });
  expect(completed?.data).toMatchObject({
    reason: "handed_back",
    outcome: "solved",
    summary: "Your refund is on its way.",
    note: "Refund is booked",
    tags: ["refund"],
    endedBy: "Anna",
    to: { id: world.parley.botService.identification },
    userMessages: 0,
    agentMessages: 1,
  });
  expect(completed?.data.transcript).toBeUndefined();
});

it("tells a User who is with another Service, and nothing of secrets", async () => {
  const { bot, env } = await startListeningBot();
  const world = await startWorld({ env });
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  await parley.handOver({ userId: user.id, to: parley.botService.identification });
  // Nobody tells the bridge, which finds out when an agent answers.
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Are you still there?" });
  await expect.poll(() => toldAbout(bot, user.id), PATIENCE).toEqual(["accepted", "completed"]);
  expect(bot.events.at(-1)?.data).toMatchObject({ reason: "owner_changed", endedBy: null });
  const seen = JSON.stringify([bot.events, world.log.lines]);
  for (const secret of [BOT_SECRET, "callback-token", world.env.SLACK_BOT_TOKEN ?? ""]) {
    expect(seen).not.toContain(secret);
  }
});

const page: Fault = {
  kind: "other-answer",
  isDone: false,
  write: (response) =>
    void response
      .writeHead(200, { "content-type": "text/html" })
      .end("<!DOCTYPE html><html><body>Please log in</body></html>"),
};

const longPage: Fault = {
  kind: "other-answer",
  isDone: false,
  write: (response) =>
    void response
      .writeHead(200, { "content-type": "text/html; charset=utf-8" })
      .end(`<!-- ${"x".repeat(100_000)} --><html></html>`),
};

it.each<[what: string, fault: Fault, advice: RegExp | undefined]>([
  ["answers 500", { kind: "status", status: 500 }, undefined],
  ["is asked too often", { kind: "rate-limited", retryAfterSeconds: 1 }, undefined],
  ["cuts the connection", { kind: "refused" }, undefined],
  ["takes it, and its answer is lost", { kind: "lost-answer" }, undefined],
  ["answers 404", { kind: "status", status: 404 }, /HTTP 404/],
  ["answers 200 with a page", page, /with a page/],
  ["answers 200 with a page that is too long to read", longPage, /with a page/],
  ["answers 429 without saying for how long", { kind: "status", status: 429 }, undefined],
  ["redirects", { kind: "status", status: 302 }, /redirects/],
])("tells in order, and once, a bot that %s at first", async (_what, fault, advice) => {
  const { bot, env } = await startListeningBot();
  bot.faults.add("event", fault, 2);
  // Each replica raises an alarm for itself.
  const world = await startWorld({ env, ...(advice && { replicas: 1 }) });
  const { user, root } = await handOver(world);
  await handBack(world, root);
  await expect.poll(() => toldAbout(bot, user.id), PATIENCE).toEqual(["accepted", "completed"]);
  if (advice) {
    expect(raised(world)).toEqual([expect.stringMatching(advice)]);
    await expect
      .poll(() => world.log.lines.filter(({ event }) => event === "alarm.cleared").length, PATIENCE)
      .toBe(1);
  } else expect(raised(world)).toEqual([]);
});

it("lets nobody wait behind what the bot of another User does not take", async () => {
  const { bot, env } = await startListeningBot();
  const world = await startWorld({ env });
  const hold = Promise.withResolvers<void>();
  bot.faults.add("event", { kind: "held", until: hold.promise }, 1);
  const first = await handOver(world);
  const second = await handOver(world);
  await expect.poll(() => toldAbout(bot, second.user.id), PATIENCE).toEqual(["accepted"]);
  expect(toldAbout(bot, first.user.id)).toEqual([]);
  hold.resolve();
  await expect.poll(() => toldAbout(bot, first.user.id), PATIENCE).toEqual(["accepted"]);
});

it("reads no more than the beginning of an answer without end", async () => {
  const { bot, env } = await startListeningBot();
  const world = await startWorld({ env });
  bot.faults.add(
    "event",
    {
      kind: "other-answer",
      isDone: true,
      write(response) {
        response.writeHead(200);
        const more = (): void => {
          if (!response.destroyed) response.write("more ".repeat(10_000), more);
        };
        more();
      },
    },
    1,
  );
  const { user, root } = await handOver(world);
  await handBack(world, root);
  await expect.poll(() => toldAbout(bot, user.id), PATIENCE).toEqual(["accepted", "completed"]);
  expect(bot.arrivals).toHaveLength(2);
});

it("asks no host that resolves to a private address, unless that is allowed", async () => {
  const { bot, env } = await startListeningBot();
  const asked: string[] = [];
  const server = await startHttpServer((request, response) => {
    asked.push(request.url ?? "");
    response.end();
  });
  onTestFinished(server.close);
  const world = await startWorld({
    env: {
      ...env,
      BOT_EVENTS_URL: `https://localhost:${server.port}/events`,
      BOT_EVENTS_ALLOW_PRIVATE: "false",
    },
  });
  server.server.on("connection", () => asked.push("connection"));
  const { user } = await handOver(world);
  await expect
    .poll(() => raised(world), PATIENCE)
    .toEqual([expect.stringMatching(/private address/)]);
  expect(asked).toEqual([]);
  await world.stopBridge();
  await world.startBridge(env);
  await expect.poll(() => toldAbout(bot, user.id), PATIENCE).toEqual(["accepted"]);
});

it("signs with each of two secrets while one replaces the other", async () => {
  const { bot, env } = await startListeningBot();
  const next = `whsec_${Buffer.from("another secret of the tests, too").toString("base64")}`;
  const seen: [string, Record<string, string>][] = [];
  const server = await startHttpServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    seen.push([body, request.headers as Record<string, string>]);
    response.end();
  });
  onTestFinished(server.close);
  const world = await startWorld({
    env: {
      ...env,
      BOT_EVENTS_URL: server.url,
      BOT_EVENTS_SECRET: `${BOT_SECRET} ${next}`,
    },
  });
  await handOver(world);
  await expect.poll(() => seen.length, PATIENCE).toBe(1);
  for (const secret of [BOT_SECRET, next]) {
    for (const [body, headers] of seen) new Webhook(secret).verify(body, headers);
  }
  expect(bot.events).toEqual([]);
});

it("tells as well what has no thread yet, once Slack is back", async () => {
  const { bot, env } = await startListeningBot();
  const world = await startWorld({ env });
  const { slack, parley } = world;
  slack.faults.add("chat.postMessage", { kind: "status", status: 500 }, 2);
  const user = parley.createUser();
  const { delivered } = await parley.handOver({
    userId: user.id,
    to: parley.agentService.identification,
  });
  await delivered;
  await slack.waitFor(() => rootsAbout(slack, user.id)[0]);
  await expect.poll(() => toldAbout(bot, user.id), PATIENCE).toEqual(["accepted"]);
});

it("leaves a bot alone that answers 410, loudly, until the next start; what waited can be sent again", async () => {
  const { bot, env } = await startListeningBot();
  bot.faults.add("event", { kind: "status", status: 410 });
  const world = await startWorld({ env });
  const first = await handOver(world);
  await expect.poll(() => raised(world)[0], PATIENCE).toMatch(/answered 410/);
  await expect.poll(async () => await deadLetters(world), PATIENCE).toHaveLength(1);
  expect(await deadLetters(world)).toEqual([
    expect.stringMatching(/event → bot {2}accepted .*HTTP 410/),
  ]);
  bot.faults.clear();
  expect(bot.events).toEqual([]);

  await world.stopBridge();
  await world.startBridge();
  const { lines } = await runDeadLetters(world.env, "retry", "--all");
  expect(lines).toEqual(["1 put back in line"]);
  await expect.poll(() => toldAbout(bot, first.user.id), PATIENCE).toEqual(["accepted"]);
});

it("stays loud after a 410 although another event is taken that was on its way", async () => {
  const { bot, env } = await startListeningBot();
  const hold = Promise.withResolvers<void>();
  bot.faults.add("event", { kind: "held", until: hold.promise }, 1);
  bot.faults.add("event", { kind: "status", status: 410 });
  const world = await startWorld({ env, replicas: 1 });
  const first = await handOver(world);
  await handOver(world);
  await expect.poll(() => raised(world)[0], PATIENCE).toMatch(/answered 410/);
  hold.resolve();
  await expect.poll(() => toldAbout(bot, first.user.id), PATIENCE).toEqual(["accepted"]);
  await expect.poll(async () => await deadLetters(world), PATIENCE).toHaveLength(1);
  expect(world.log.lines.filter(({ event }) => event === "alarm.cleared")).toEqual([]);
});

it("tells in order what became of a User who was merged into another meanwhile", async () => {
  const { bot, env } = await startListeningBot();
  const hold = Promise.withResolvers<void>();
  bot.faults.add("handover.accepted", { kind: "held", until: hold.promise }, 1);
  const world = await startWorld({ env });
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  const registered = parley.createUser();
  await Promise.all((await parley.mergeUsers(user.id, registered.id)).delivered);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Here I am" });
  await parley.until(() => sentTo(world, registered.id).length > 0);
  const other = await handOver(world);
  await expect.poll(() => toldAbout(bot, other.user.id), PATIENCE).toEqual(["accepted"]);
  hold.resolve();
  await expect
    .poll(
      () => bot.events.filter(({ data }) => data.userId !== other.user.id).map(({ type }) => type),
      PATIENCE,
    )
    .toEqual(["handover.accepted", "handover.claimed", "handover.answered"]);
});

it("gives an event up after three days, and goes on with the next", async () => {
  const { bot, env } = await startListeningBot();
  bot.faults.add("event", { kind: "status", status: 500 });
  const world = await startWorld({ env });
  const { user, root } = await handOver(world);
  await expect.poll(() => failedTells(world), PATIENCE).toBeGreaterThan(0);
  bot.advance(3 * 86_400_000);
  world.advance(3 * 86_400_000 + 60_000);
  await expect.poll(async () => await deadLetters(world), PATIENCE).toHaveLength(1);
  bot.faults.clear();
  await handBack(world, root);
  await expect.poll(() => toldAbout(bot, user.id), PATIENCE).toEqual(["completed"]);
});

it("tells where a User goes on: in another team, and when there is no thread at all", async () => {
  const { bot, env } = await startListeningBot();
  const world = await startTeams(undefined, { env });
  const { slack, parley } = world;
  const { user, ts } = await handOver(world, { metadata: { reason: "question" } });
  await slack.command({
    user: "U0ANNA",
    channel: slack.channel,
    command: "/parley-owner",
    text: `${user.id} move Billing`,
  });
  await expect.poll(() => toldAbout(bot, user.id), PATIENCE).toEqual(["accepted", "moved"]);
  expect(bot.events.at(-1)?.data).toMatchObject({
    from: "Support",
    to: "Billing",
    movedBy: "Anna",
  });
  expect(ts).not.toBe("");

  slack.faults.add("chat.postMessage", { kind: "status", status: 500 });
  const other = parley.createUser();
  const { delivered } = await parley.handOver({
    userId: other.id,
    to: parley.agentService.identification,
  });
  await delivered;
  await slack.waitFor(() =>
    world.log.lines.find(
      ({ event, fields }) =>
        event === "delivery.attempted" &&
        fields.lane === `user/${other.id}` &&
        fields.outcome === "deferred",
    ),
  );
  bot.advance(3 * 86_400_000);
  world.advance(3 * 86_400_000 + 60_000);
  await expect.poll(() => toldAbout(bot, other.id), PATIENCE).toEqual(["failed"]);
  expect(bot.events.at(-1)?.data).toMatchObject({ team: "Support", error: "uncertain" });
});

const failedTells = ({ log }: World): number =>
  log.lines.filter(
    ({ event, fields }) =>
      event === "delivery.attempted" && fields.queue === "bot" && fields.outcome === "deferred",
  ).length;

async function deadLetters({ env }: World): Promise<string[]> {
  const { lines } = await runDeadLetters(env, "list");
  return lines.filter((line) => line.includes("event → bot"));
}
