import { expect, it } from "vitest";
import { handBack, handOver, lastCallbackHandled, postTo } from "../support/handed-over.ts";
import { openConversation } from "../support/open-conversation.ts";
import { postsIn, rootsOf } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

it.each([
  ["numbers sort messages that wait", [9, 11, 10], [9, 10, 11]],
  ["other ids say nothing about order", ["m9", "m11", "m10"], ["m9", "m11", "m10"]],
])("%s", async (_what, arriving, shown) => {
  const world = await startWorld();
  const { slack } = world;
  const { user, ts } = await openConversation(world);
  slack.faults.add("chat.postMessage", { kind: "latency", ms: 1_000 }, 1);

  for (const id of arriving) {
    const body = { id, message: String(id), user: { id: user.id } };
    expect((await postTo(world, "/parley/callback", { type: "message", body })).status).toBe(200);
  }

  await slack.waitFor(() => postsIn(slack, ts)[2]);
  expect(postsIn(slack, ts).map(({ text }) => text)).toEqual(shown.map(String));
});

it("sorts messages that wait although a root is renewed between them", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { user, root: first } = await handOver(world);
  await handBack(world, first);
  const post = async (id: number) => {
    const body = { id, message: String(id), user: { id: user.id } };
    expect((await postTo(world, "/parley/callback", { type: "message", body })).status).toBe(200);
  };
  const posts = () => slack.calls("chat.postMessage");
  const before = posts().length;
  slack.faults.add("chat.postMessage", { kind: "latency", ms: 1_000 }, 2);
  const to = parley.agentService.identification;
  await parley.handOver({ userId: user.id, to, metadata: { reason: "again" } });
  // The new root is on its way; then the old one is to point to it.
  await slack.waitFor(() => posts().length === before + 1);
  await post(9);
  await post(11);
  await slack.waitFor(() => posts().length === before + 2);
  await post(10);

  const second = await slack.waitFor(() => rootsOf(slack)[1]);
  await slack.waitFor(() => postsIn(slack, second.ts)[2]);
  expect(postsIn(slack, second.ts).map(({ text }) => text)).toEqual(["9", "10", "11"]);
});

it("shows no typing of a User whose words came first", async () => {
  const world = await startWorld();
  const { slack } = world;
  const { user, ts } = await openConversation(world);
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
