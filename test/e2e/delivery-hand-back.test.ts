import { expect, it } from "vitest";
import { attemptsIn } from "../support/attempts.ts";
import { handOver, PATIENCE, submitHandBack } from "../support/steps.ts";
import { postsIn, rootsOf } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

it("shows what a User wrote before the hand-back, although the hand-back overtakes it", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { user, ts, inbox } = await handOver(world);
  slack.faults.add("chat.postMessage", { kind: "rate-limited", retryAfterSeconds: 1 }, 1);
  const { delivered } = await parley.userWrites(user.id, "One more thing");
  expect((await delivered).delivered).toBe(true);
  await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");

  await submitHandBack(slack, ts);

  await slack.waitFor(() =>
    postsIn(slack, ts).some(({ text }) => text.includes("handed this User back")),
  );
  expect(parley.user(user.id).owner).toBe(parley.botService.identification);
  expect(postsIn(slack, ts).map(({ text }) => text)[0]).toBe("One more thing");
});

it("shows what a User wrote before the hand-back, although Parley tells it only afterwards", async () => {
  // Parley dates messages to the second: a hand-back within the same one would not be surely later.
  const world = await startWorld({ parley: { now: () => Date.now() - 2_000 } });
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  const held = parley.holdCallbacks();
  const { delivered } = await parley.userWrites(user.id, "One more thing");
  await submitHandBack(slack, ts);
  await slack.waitFor(() =>
    postsIn(slack, ts).some(({ text }) => text.includes("handed this User back")),
  );

  await held.release();

  expect((await delivered).delivered).toBe(true);
  const post = await slack.waitFor(() =>
    postsIn(slack, ts).find(({ text }) => text.includes("One more thing")),
  );
  expect(post.thread_ts).toBe(ts);
});

it("opens no thread for a handover that waited while the User was handed back", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { user, ts, inbox } = await handOver(world);
  slack.faults.add("chat.postMessage", { kind: "rate-limited", retryAfterSeconds: 1 }, 1);
  await parley.userWrites(user.id, "One more thing");
  await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
  const { delivered } = await parley.callback(parley.agentService.identification, {
    type: "action",
    body: {
      name: "handover",
      body: {
        newOwner: parley.agentService.identification,
        metadata: { reason: "second_thought" },
      },
      user: { id: user.id },
    },
  });
  expect(delivered).toBe(true);

  await submitHandBack(slack, ts);

  // Its notice is the last in line, so the handover has been handled by then.
  await slack.waitFor(() =>
    postsIn(slack, ts).some(({ text }) => text.includes("handed this User back")),
  );
  expect(rootsOf(slack).map((root) => root.ts)).toEqual([ts]);
});
