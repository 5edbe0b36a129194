import { expect, it } from "vitest";
import { identity } from "../../fakes/slack/identity.ts";
import { numbered } from "../support/numbered.ts";
import { startBridgeProcess } from "../support/process.ts";
import { sentTo } from "../support/sent.ts";
import { handOver } from "../support/steps.ts";
import { postsIn, reactionsOn, rootsOf, textOf, textsIn } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

/** Slack's pace, held by both sides. */
const SLACKS_PACE = { SLACK_POSTS_PER_SECOND: "1" };

const linesIn = (world: World, ts: string) =>
  textsIn(world, ts).flatMap((text) => text.split("\n"));
const itemsOf = (post: { metadata?: { event_payload: Record<string, unknown> } } | undefined) =>
  String(post?.metadata?.event_payload.items).split(" ");

/** Opens threads at once; from then on Slack's pace applies. */
async function pacedWorld(users: number) {
  const world = await startWorld();
  const opened = [];
  for (let n = 0; n < users; n++) opened.push(await handOver(world));
  await world.stopBridge();
  world.slack.state.limits.posts = true;
  return { world, opened };
}

async function write({ parley }: World, userId: string, texts: readonly string[]) {
  for (const text of texts) {
    const { delivered } = await parley.userWrites(userId, text);
    expect((await delivered).delivered).toBe(true);
  }
}

it("keeps merged messages apart: each has its time and its mark", async () => {
  const { world, opened } = await pacedWorld(1);
  const { slack, parley } = world;
  const [{ user, ts } = { user: { id: "" }, ts: "" }] = opened;
  await world.startBridge(SLACKS_PACE);

  await write(world, user.id, ["alone", "one\nof two lines", "two <!here>", "three"]);

  const merged = await slack.waitFor(() => postsIn(slack, ts)[1], 10_000);
  expect(merged.blocks?.map(({ type }) => type)).toEqual(
    ["one", "two", "three"].flatMap(() => ["context", "rich_text"]),
  );
  const times = textOf(merged).match(/<!date\^\d+\^\{time_secs\}\|\d\d:\d\d:\d\d UTC>/g);
  expect(times).toHaveLength(3);
  expect(new Set(itemsOf(merged)).size).toBe(3);
  // Parley's redeliveries are known, whichever post they went out with.
  for (const callback of parley.callbacks.filter(({ userId }) => userId === user.id)) {
    if (callback.state === "delivered") await parley.redeliver(callback);
  }
  await write(world, user.id, ["end"]);
  await slack.waitFor(() => linesIn(world, ts).includes("end"), 10_000);
  expect(linesIn(world, ts)).toEqual([
    "alone",
    "one",
    "of two lines",
    "two &lt;!here&gt;",
    "three",
    "end",
  ]);
});

it("posts a merged post once whose answer was lost", async () => {
  const { world, opened } = await pacedWorld(1);
  const { slack } = world;
  const [{ user, ts } = { user: { id: "" }, ts: "" }] = opened;
  await world.startBridge(SLACKS_PACE);
  await write(world, user.id, ["alone"]);
  await slack.waitFor(() => linesIn(world, ts).includes("alone"));
  slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);

  await write(world, user.id, ["one", "two", "three"]);
  await slack.waitFor(() => linesIn(world, ts).includes("three"), 10_000);
  await write(world, user.id, ["end"]);

  await slack.waitFor(() => linesIn(world, ts).includes("end"), 10_000);
  expect(itemsOf(postsIn(slack, ts)[1])).toHaveLength(3);
  expect(linesIn(world, ts)).toEqual(["alone", "one", "two", "three", "end"]);
});

it("posts a merged post once although the process died before it knew", async () => {
  const { world, opened } = await pacedWorld(1);
  const { slack, parley } = world;
  const [{ user, ts } = { user: { id: "" }, ts: "" }] = opened;
  const first = await startBridgeProcess(world, SLACKS_PACE);
  await write(world, user.id, ["alone"]);
  await slack.waitFor(() => linesIn(world, ts).includes("alone"));
  slack.faults.add("chat.postMessage", { kind: "hang" }, 1);
  await write(world, user.id, ["one", "two", "three"]);
  await slack.waitFor(() => linesIn(world, ts).includes("three"), 10_000);
  expect(itemsOf(postsIn(slack, ts)[1])).toHaveLength(3);

  first.signal("SIGKILL");
  await first.exited;
  await world.startBridge(SLACKS_PACE);

  const callback = parley.callbacks.find(({ body }) => JSON.stringify(body).includes('"two"'));
  expect((await parley.redeliver(callback)).delivered).toBe(true);
  await write(world, user.id, ["end"]);
  await slack.waitFor(() => linesIn(world, ts).includes("end"), 15_000);
  expect(linesIn(world, ts)).toEqual(["alone", "one", "two", "three", "end"]);
});

it("posts the same merged post again when it is not there after all", async () => {
  const { world, opened } = await pacedWorld(1);
  const { slack } = world;
  const [{ user, ts } = { user: { id: "" }, ts: "" }] = opened;
  await world.startBridge(SLACKS_PACE);
  await write(world, user.id, ["alone"]);
  await slack.waitFor(() => linesIn(world, ts).includes("alone"));
  slack.faults.add("chat.postMessage", { kind: "status", status: 500 }, 1);

  await write(world, user.id, ["one", "two"]);

  await slack.waitFor(() => linesIn(world, ts).includes("two"), 10_000);
  expect(linesIn(world, ts)).toEqual(["alone", "one", "two"]);
});

it("obeys Retry-After for one channel, and goes on everywhere else", async () => {
  const channels = [{ id: "C0OTHER", name: "other", members: ["U0ANNA", identity.botUserId] }];
  const world = await startWorld({ slack: { channels } });
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  const neighbour = await handOver(world);
  await world.stopBridge();
  await world.startBridge({ SLACK_CHANNEL: "C0OTHER" });
  slack.faults.add("chat.postMessage", { kind: "rate-limited", retryAfterSeconds: 3 }, 1);
  await write(world, user.id, ["Has to wait"]);
  const refused = await slack.waitFor(() =>
    slack.calls("chat.postMessage").find(({ status }) => status === 429),
  );
  await write(world, user.id, ["As well"]);
  await write(world, neighbour.user.id, ["And the neighbour"]);

  const other = parley.createUser();
  await parley.handOver({ userId: other.id, to: parley.agentService.identification });
  const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "One moment" });

  await slack.waitFor(() => slack.state.messages.some(({ channel }) => channel === "C0OTHER"));
  await parley.until(() => sentTo(world, user.id).includes("One moment"));
  await slack.waitFor(() => reactionsOn(slack, reply.ts).includes("white_check_mark"));
  expect([...postsIn(slack, ts), ...postsIn(slack, neighbour.ts)]).toEqual([]);
  await slack.waitFor(() => linesIn(world, ts).includes("As well"), 10_000);
  await slack.waitFor(() => linesIn(world, neighbour.ts).includes("And the neighbour"));
  for (const threadTs of [ts, neighbour.ts]) {
    const second = slack
      .calls("chat.postMessage")
      .find(({ args, at }) => args.thread_ts === threadTs && at > refused.at);
    expect((second?.at ?? 0) - refused.at).toBeGreaterThanOrEqual(2_990);
  }
  expect(linesIn(world, ts)).toEqual(["Has to wait", "As well"]);
});

it("obeys Retry-After for reactions without keeping posts back", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  slack.faults.add("reactions.add", { kind: "rate-limited", retryAfterSeconds: 2 }, 1);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Its mark is lost" });
  const refused = await slack.waitFor(() =>
    slack.calls("reactions.add").find(({ status }) => status === 429),
  );

  const second = await slack.post({ user: "U0ANNA", threadTs: ts, text: "Its mark waits" });
  await write(world, user.id, ["Not kept back"]);

  await slack.waitFor(() => linesIn(world, ts).includes("Not kept back"));
  await parley.until(() => sentTo(world, user.id).includes("Its mark waits"));
  expect(slack.calls("reactions.add")).toHaveLength(1);
  await slack.waitFor(() => reactionsOn(slack, second.ts).includes("white_check_mark"));
  expect((slack.calls("reactions.add")[1]?.at ?? 0) - refused.at).toBeGreaterThanOrEqual(1_990);
});

it("leaves marks of success out when there are too many, never those of failure", async () => {
  const world = await startWorld({ slack: { limits: { reactions: true } } });
  const { slack, parley } = world;
  const busy = await handOver(world);
  const unlucky = await handOver(world);
  await world.stopBridge();
  // At any other pace than Slack's own, marks would come faster than Slack allows.
  await world.startBridge(SLACKS_PACE);
  const posted: { ts: string }[] = [];
  for (const text of numbered("reply", 60)) {
    posted.push(await slack.post({ user: "U0ANNA", threadTs: busy.ts, text }));
  }
  await parley.until(() => sentTo(world, busy.user.id).length === 60, { timeoutMs: 15_000 });
  const hasTag = ({ ts }: { ts: string }) => reactionsOn(slack, ts).includes("white_check_mark");
  const marked = () => posted.filter(hasTag).length;

  parley.faults.add(`POST /users/${unlucky.user.id}/messages`, { kind: "status", status: 400 });
  const failed = await slack.post({ user: "U0ANNA", threadTs: unlucky.ts, text: "Refused" });

  await slack.waitFor(() => reactionsOn(slack, failed.ts).includes("x"));
  // It did not have to wait for the marks of success.
  const waiting = marked();
  await slack.waitFor(() => marked() > waiting);
  const later: { ts: string }[] = [];
  const writeAndLook = async () => {
    later.push(await slack.post({ user: "U0ANNA", threadTs: busy.ts, text: "And now?" }));
    return later.some(hasTag);
  };
  await expect.poll(writeAndLook, { timeout: 40_000, interval: 1_000 }).toBe(true);
  // Marks go out in order, so those that are missing now will never come.
  expect(marked()).toBeLessThan(60);
  expect(slack.calls("reactions.add").map(({ status }) => status)).not.toContain(429);
  expect(rootsOf(slack)).toHaveLength(2);
}, 60_000);
