import { expect, it } from "vitest";
import { attemptsIn } from "../support/attempts.ts";
import { numbered } from "../support/numbered.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, textsIn } from "../support/threads.ts";
import { type Env, startWorld, type World } from "../support/world.ts";

/** Slack's pace, held by both sides. The threads are open, and what that cost of the pace is not made up for yet. */
async function pacedWorld(users: number, env: Env = {}) {
  const world = await startWorld({
    slack: { limits: { posts: true } },
    env: { SLACK_POSTS_PER_SECOND: "1", ...env },
  });
  const opened = await Promise.all(Array.from({ length: users }, () => handOver(world)));
  return { world, opened };
}

const linesIn = (world: World, ts: string) =>
  textsIn(world, ts).flatMap((text) => text.split("\n"));

async function write({ parley }: World, userId: string, texts: readonly string[]) {
  for (const text of texts) {
    const { delivered } = await parley.userWrites(userId, text);
    expect((await delivered).delivered).toBe(true);
  }
}

it("keeps Slack's pace, lets threads take turns and merges what waits", async () => {
  const { world, opened } = await pacedWorld(3);
  const { slack } = world;
  const before = slack.calls("chat.postMessage").length;

  await Promise.all(
    opened.map(({ user }, n) => write(world, user.id, numbered(`user ${n}, message`, 6))),
  );

  for (const [n, { ts }] of opened.entries()) {
    await slack.waitFor(() => linesIn(world, ts).includes(`user ${n}, message 5`), 10_000);
    expect(linesIn(world, ts)).toEqual(numbered(`user ${n}, message`, 6));
  }
  const calls = slack.calls("chat.postMessage");
  expect(calls.map(({ status }) => status)).not.toContain(429);
  const posts = calls.slice(before);
  expect(posts.length).toBeLessThanOrEqual(2 * opened.length);
  const firstTurns = posts.slice(0, opened.length).map(({ args }) => args.thread_ts);
  expect(new Set(firstTurns).size).toBe(opened.length);
});

it("does not flood Slack with what an outage left behind", async () => {
  const { world, opened } = await pacedWorld(2, { RETRY_FIRST_MS: "20", RETRY_CAP_MS: "100" });
  const { slack, log } = world;
  slack.faults.add("chat.postMessage", { kind: "refused" });
  for (const [n, { user, inbox }] of opened.entries()) {
    await write(world, user.id, numbered(`user ${n}, message`, 12));
    await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
  }

  slack.faults.clear();

  for (const [n, { ts }] of opened.entries()) {
    await slack.waitFor(() => linesIn(world, ts).includes(`user ${n}, message 11`), 10_000);
    expect(linesIn(world, ts)).toEqual(numbered(`user ${n}, message`, 12));
    expect(postsIn(slack, ts).length).toBeLessThanOrEqual(2);
  }
  expect(slack.calls("chat.postMessage").map(({ status }) => status)).not.toContain(429);
});
