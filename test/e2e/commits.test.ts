import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { settledIn } from "../support/attempts.ts";
import { handOver, lastCallbackHandled, PATIENCE } from "../support/steps.ts";
import { transactionsIn } from "../support/transactions-in.ts";
import { startWorld, type World } from "../support/world.ts";

/** Counts what is committed from now on: while somebody reads, the log only grows. */
async function countCommits({ env }: World): Promise<() => Promise<number>> {
  const path = env.STATE_URL?.replace("sqlite:", "") ?? "";
  const reader = new DatabaseSync(path, { readOnly: true });
  onTestFinished(() => reader.close());
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM sqlite_schema").get();
  return () => transactionsIn(path);
}

it("stores a message in three commits, whichever way it goes: that it came, what is about to be sent, and all that came of it", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { user, ts, inbox, outbox } = await handOver(world);
  const answer = async (text: string, count: number) => {
    await slack.post({ user: "U0ANNA", threadTs: ts, text });
    await expect.poll(() => settledIn(log, outbox).length, PATIENCE).toBe(count);
  };
  // The first one stores more: from then on she is who answers, and the root says so.
  await answer("I am Anna", 1);
  await expect.poll(() => settledIn(log, inbox).length, PATIENCE).toBe(2);
  const commits = await countCommits(world);

  const before = await commits();
  const { delivered } = await parley.userWrites(user.id, "Hello");
  await delivered;
  await lastCallbackHandled(world, user.id);
  const between = await commits();
  await answer("Good morning", 2);
  const after = await commits();

  expect([between - before, after - between]).toEqual([3, 3]);
});
