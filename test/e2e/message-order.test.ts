import { describe, expect, it } from "vitest";
import { handBack, handOver, lastCallbackHandled, postTo } from "../support/steps.ts";
import { postsIn, rootsAbout, rootsOf } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

it.each([
  ["numbers sort messages that wait", [9, 11, 10], [9, 10, 11]],
  ["other ids say nothing about order", ["m9", "m11", "m10"], ["m9", "m11", "m10"]],
])("%s", async (_what, arriving, shown) => {
  const world = await startWorld();
  const { slack } = world;
  const { user, ts } = await handOver(world);
  slack.faults.add("chat.postMessage", { kind: "latency", ms: 1_000 }, 1);

  for (const id of arriving) {
    const body = { id, message: String(id), user: { id: user.id } };
    expect((await postTo(world, "/parley/callback", { type: "message", body })).status).toBe(200);
  }

  await slack.waitFor(() => postsIn(slack, ts)[2]);
  expect(postsIn(slack, ts).map(({ text }) => text)).toEqual(shown.map(String));
});

describe("messages that wait are sorted", () => {
  const toUser = (world: World, id: string) => async (number: number) => {
    const body = { id: number, message: String(number), user: { id } };
    const answer = await postTo(world, "/parley/callback", { type: "message", body });
    expect(answer.status).toBe(200);
  };
  const posts = ({ slack }: World) => slack.calls("chat.postMessage").length;

  it("although the root before is renewed between them", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root: first } = await handOver(world);
    await handBack(world, first);
    const post = toUser(world, user.id);
    const before = posts(world);
    slack.faults.add("chat.postMessage", { kind: "latency", ms: 1_000 }, 2);
    const to = parley.agentService.identification;
    await parley.handOver({ userId: user.id, to, metadata: { reason: "again" } });
    // The new root is on its way; then the old one is to point to it.
    await slack.waitFor(() => posts(world) === before + 1);
    await post(9);
    await post(11);
    await slack.waitFor(() => posts(world) === before + 2);
    await post(10);

    const second = await slack.waitFor(() => rootsOf(slack)[1]);
    await slack.waitFor(() => postsIn(slack, second.ts)[2]);
    expect(postsIn(slack, second.ts).map(({ text }) => text)).toEqual(["9", "10", "11"]);
  });

  it("although their thread is gone and another one opens between them", async () => {
    const world = await startWorld({ env: { RETRY_FIRST_MS: "20" } });
    const { slack } = world;
    const { user, ts: old } = await handOver(world);
    const post = toUser(world, user.id);
    slack.expireThread({ ts: old });
    const before = posts(world);
    slack.faults.add("chat.postMessage", { kind: "latency", ms: 1_000 }, 2);
    await post(9);
    await slack.waitFor(() => posts(world) === before + 1);
    await post(11);
    // The new root is on its way.
    await slack.waitFor(() => posts(world) === before + 2);
    await post(10);

    const second = await slack.waitFor(() => rootsAbout(slack, user.id)[0]);
    await slack.waitFor(() => postsIn(slack, second.ts)[2]);
    expect(postsIn(slack, second.ts).map(({ text }) => text)).toEqual(["9", "10", "11"]);
  });
});

it("shows no typing of a User whose words came first", async () => {
  const world = await startWorld();
  const { slack } = world;
  const { user, ts } = await handOver(world);
  const tell = (body: object) => postTo(world, "/parley/callback", body);
  const message = (id: number) => ({
    type: "message",
    body: { id, message: String(id), user: { id: user.id } },
  });
  slack.faults.add("chat.postMessage", { kind: "latency", ms: 1_000 }, 1);

  await tell(message(1));
  await tell({ type: "event", body: { name: "startTyping", user: { id: user.id } } });
  await tell(message(2));

  await slack.waitFor(() => postsIn(slack, ts)[1]);
  await tell({ type: "event", body: { name: "stopTyping", user: { id: user.id } } });
  await lastCallbackHandled(world, user.id);
  const shown = slack.calls("assistant.threads.setStatus").map(({ args }) => args.status);
  expect(shown).toEqual([""]);
});
