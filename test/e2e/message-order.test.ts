import { expect, it } from "vitest";
import { handOver, postTo } from "../support/steps.ts";
import { postsIn } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

it("shows messages that wait in the order of their numbers", async () => {
  const world = await startWorld();
  const { slack } = world;
  const { user, ts } = await handOver(world);
  const goOn = Promise.withResolvers<void>();
  slack.faults.add("chat.postMessage", { kind: "held", until: goOn.promise }, 1);

  for (const id of [9, 11, 10]) {
    const body = { id, message: String(id), user: { id: user.id } };
    expect((await postTo(world, "/parley/callback", { type: "message", body })).status).toBe(200);
  }
  goOn.resolve();

  await slack.waitFor(() => postsIn(slack, ts)[2]);
  expect(postsIn(slack, ts).map(({ text }) => text)).toEqual(["9", "10", "11"]);
});
