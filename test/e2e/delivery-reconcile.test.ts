import { expect, it } from "vitest";
import { DEFAULT_SCOPES } from "../../fakes/slack/identity.ts";
import { numbered } from "../support/numbered.ts";
import { REPLICAS } from "../support/replicas.ts";
import { sentTo } from "../support/sent.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, reactionsOn, rootsOf, textOf, textsTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const SOON = { reconcileIntervalMs: 100 };

const rounds = ({ log }: World, name: "repair.done" | "owners.checked" = "repair.done") =>
  log.lines.filter(({ event }) => event === name);

/** Resolves when a round that began after this call has ended. */
async function roundFromNow(world: World, name?: "repair.done" | "owners.checked"): Promise<void> {
  const before = rounds(world, name).length;
  // The one that may be under way, and one more.
  await expect.poll(() => rounds(world, name).length, PATIENCE).toBeGreaterThan(before + 1);
}

/** Replies whose events never come. */
async function postUnheard({ slack }: World, threadTs: string, texts: readonly string[]) {
  const listen = slack.dropEvents(() => true);
  const posted: string[] = [];
  for (const text of texts) {
    const { ts, delivered } = await slack.post({ user: "U0ANNA", threadTs, text });
    expect((await delivered).status).toBe("dropped");
    posted.push(ts);
  }
  listen();
  return posted;
}

it("finds after a start what was written while the bridge was away", async () => {
  const world = await startWorld();
  const { parley, slack } = world;
  const { user, ts } = await handOver(world);
  await world.stopBridge();
  await postUnheard(world, ts, ["One", "Two", "Three"]);

  await world.startBridge();

  await parley.until(() => sentTo(world, user.id).length === 3);
  expect(sentTo(world, user.id)).toEqual(["One", "Two", "Three"]);
  await expect
    .poll(() => rounds(world).at(-1)?.fields, PATIENCE)
    .toMatchObject({
      conversations: 1,
      found: 3,
      readable: true,
      failures: 0,
    });
  const last = slack.state.messages.find(({ text }) => text === "Three");
  await slack.waitFor(() => reactionsOn(slack, last?.ts ?? "").includes("white_check_mark"));
});

it.each(["cut", "refreshed"] as const)(
  "finds after a reconnect what was written while the socket was %s",
  async (how) => {
    const world = await startWorld({ socketMode: true });
    const { parley, slack } = world;
    const { user, ts } = await handOver(world);
    await expect.poll(() => rounds(world).length, PATIENCE).toBeGreaterThan(0);
    await postUnheard(world, ts, ["One", "Two"]);

    if (how === "cut") slack.cutSockets();
    else slack.disconnectSockets("refresh_requested");

    await parley.until(() => sentTo(world, user.id).length === 2, { timeoutMs: 15_000 });
    expect(sentTo(world, user.id)).toEqual(["One", "Two"]);
  },
);

// Of several replicas another one has its socket open already.
it.skipIf(REPLICAS !== undefined)(
  "finds what was written between the start and the first socket",
  async () => {
    const world = await startWorld({ socketMode: true });
    const { parley, slack } = world;
    const { user, ts } = await handOver(world);
    await world.stopBridge();
    const before = rounds(world).length;
    const opened = slack.calls("apps.connections.open").length;
    // The first only checks the token, the second is for the socket.
    const socket = Promise.withResolvers<void>();
    slack.faults.add("apps.connections.open", { kind: "latency", ms: 0 }, 1);
    slack.faults.add("apps.connections.open", { kind: "held", until: socket.promise }, 1);
    const starting = world.startBridge();
    await slack.waitFor(() => slack.calls("apps.connections.open").length === opened + 2);
    // What is read before the socket opens must not count as read for good.
    await expect.poll(() => rounds(world).length, PATIENCE).toBe(before + 1);
    const { delivered } = await slack.post({
      user: "U0ANNA",
      threadTs: ts,
      text: "Anybody there?",
    });
    expect((await delivered).status).toBe("missed");
    socket.resolve();
    await starting;

    await parley.until(() => sentTo(world, user.id).length === 1, { timeoutMs: 10_000 });
  },
);

it("reads a long thread in pages of a hundred, or of what Slack gives", async () => {
  const world = await startWorld({ slack: { limits: { historyPage: 15 } } });
  const { parley, slack } = world;
  const { user, ts } = await handOver(world);
  await world.stopBridge();
  await postUnheard(world, ts, numbered("reply", 40));

  await world.startBridge();

  await parley.until(() => sentTo(world, user.id).length === 40, { timeoutMs: 15_000 });
  expect(sentTo(world, user.id)).toEqual(numbered("reply", 40));
  const pages = slack.calls("conversations.replies");
  expect(pages.length).toBeGreaterThanOrEqual(3);
  for (const { args } of pages) expect(Number(args.limit)).toBe(100);
});

it("reads no further back than where it was the last time", async () => {
  const world = await startWorld({ config: SOON });
  const { parley, slack } = world;
  const { user, ts } = await handOver(world);
  const [, last] = await postUnheard(world, ts, ["One", "Two"]);
  await parley.until(() => sentTo(world, user.id).length === 2, { timeoutMs: 10_000 });

  await roundFromNow(world);

  expect(slack.calls("conversations.replies").at(-1)?.args.oldest).toBe(last);
});

it("goes on where Slack does not let it read, and still sees who has the Users", async () => {
  const scopes = DEFAULT_SCOPES.filter((scope) => !scope.endsWith(":history"));
  const world = await startWorld({ config: SOON, slack: { scopes } });
  const { parley, slack } = world;
  const stays = await handOver(world);
  const goes = await handOver(world);

  await parley.handOver({ userId: goes.user.id, to: parley.botService.identification });

  await slack.waitFor(
    () => postsIn(slack, goes.ts).some(({ text }) => /is now with \*Bot Service\*/.test(text)),
    10_000,
  );
  await roundFromNow(world);
  expect(rounds(world).at(-1)?.fields).toMatchObject({ readable: false, failures: 0 });
  await slack.post({ user: "U0ANNA", threadTs: stays.ts, text: "Still at work" });
  await parley.until(() => sentTo(world, stays.user.id).includes("Still at work"));
});

it("reads the other threads although one is not there any more", async () => {
  const world = await startWorld({ config: SOON });
  const { parley, slack } = world;
  const older = await handOver(world);
  const deleted = await handOver(world);
  await fetch(`${slack.apiUrl}chat.delete`, {
    method: "POST",
    headers: { authorization: `Bearer ${slack.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ channel: slack.channel, ts: deleted.ts }),
  });
  expect(rootsOf(slack).map(({ ts }) => ts)).not.toContain(deleted.ts);

  await postUnheard(world, older.ts, ["Lost"]);

  await parley.until(() => sentTo(world, older.user.id).includes("Lost"), { timeoutMs: 10_000 });
});

it("waits as long as Slack asks before it reads again", async () => {
  const world = await startWorld();
  const { parley, slack } = world;
  const { user, ts } = await handOver(world);
  await world.stopBridge();
  await postUnheard(world, ts, numbered("reply", 3));
  slack.faults.add("conversations.replies", { kind: "rate-limited", retryAfterSeconds: 1 }, 1);
  const before = slack.calls("conversations.replies").length;

  await world.startBridge();

  await parley.until(() => sentTo(world, user.id).length === 3, { timeoutMs: 10_000 });
  const [refused, second] = slack.calls("conversations.replies").slice(before);
  expect(refused?.status).toBe(429);
  expect((second?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(990);
  expect(sentTo(world, user.id)).toEqual(numbered("reply", 3));
});

it("keeps notes inside that it finds only later", async () => {
  const world = await startWorld({ config: SOON });
  const { parley, slack } = world;
  const { user, ts } = await handOver(world);
  const listen = slack.dropEvents(() => true);
  for (const text of ["// between us", "note: also between us"]) {
    await slack.post({ user: "U0ANNA", threadTs: ts, text });
  }
  const locked = await slack.post({ user: "U0ANNA", threadTs: ts, text: "Locked" });
  await slack.react({ user: "U0ANNA", ts: locked.ts, name: "lock" });
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "To the User" });
  listen();

  await parley.until(() => sentTo(world, user.id).includes("To the User"), { timeoutMs: 10_000 });

  await roundFromNow(world);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "End" });
  await parley.until(() => sentTo(world, user.id).includes("End"));
  expect(sentTo(world, user.id)).toEqual(["To the User", "End"]);
});

it("shows that a User is gone although nobody told it, and closes the conversation", async () => {
  const world = await startWorld({ config: SOON });
  const { parley, slack } = world;
  const { user, ts } = await handOver(world);

  await parley.handOver({ userId: user.id, to: parley.botService.identification });

  await slack.waitFor(() => postsIn(slack, ts)[0], 10_000);
  const { identification: self } = parley.agentService;
  const told = parley.callbacks.filter(
    ({ service, userId }) => service === self && userId === user.id,
  );
  expect(told).toHaveLength(1);
  await roundFromNow(world, "owners.checked");
  expect(postsIn(slack, ts).map(({ text }) => text)).toEqual([
    expect.stringMatching(/is now with \*Bot Service\*/),
  ]);
  await slack.waitFor(() => rootsOf(slack).some((root) => textOf(root).includes("Bot Service")));
  expect(rounds(world, "owners.checked").at(-1)?.fields).toMatchObject({ conversations: 0 });
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Too late" });
  await slack.waitFor(() => textsTo(slack, "U0ANNA")[0]);
  expect(textsTo(slack, "U0ANNA")[0]).toContain("Not sent");
  expect(sentTo(world, user.id)).toEqual([]);
});
