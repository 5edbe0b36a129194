import { expect, it } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { systemClock } from "../../src/clock.ts";
import { readStateLocation } from "../../src/config/read-config.ts";
import { openState } from "../../src/state/open-state.ts";
import { attemptsIn, settledIn } from "../support/attempts.ts";
import { runDeadLetters } from "../support/dead-letters-tool.ts";
import { sentTo } from "../support/sent.ts";
import { openStateSql, type StateSql } from "../support/state-sql.ts";
import { handOver, PATIENCE, submitHandBack } from "../support/steps.ts";
import { rootsOf, textsIn, textsTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const DAY_MS = 86_400_000;
const RETENTION_DAYS = 90;

/** Does what the bridge does every hour, `days` from now, while the bridge is stopped. */
async function expireIn(world: World, days: number): Promise<void> {
  const { env, log } = world;
  const options = { alarms: createAlarms(log), clock: systemClock, log };
  const state = await openState(readStateLocation(env), options);
  await state.expire(Date.now() + days * DAY_MS, {
    records: RETENTION_DAYS,
    audit: 365,
    retries: 3,
  });
  await state.close();
}

async function withState<T>(world: World, use: (state: StateSql) => Promise<T>): Promise<T> {
  const state = await openStateSql(world);
  try {
    return await use(state);
  } finally {
    await state.close();
  }
}

/** Everything that is kept of conversations, by what it is looked for. */
const keysIn = (world: World) =>
  withState(world, async ({ ask }) => {
    const rows = await ask<{ key: string }>(
      `SELECT 'conversation/' || id AS key FROM conversations
       UNION ALL SELECT 'user/' || user_id FROM conversations
       UNION ALL SELECT 'thread/' || thread FROM threads
       UNION ALL SELECT 'customer/' || external_id FROM customers ORDER BY key`,
    );
    return rows.map(({ key }) => key);
  });
const marksIn = (world: World) =>
  withState(world, async ({ ask }) => {
    const rows = await ask<{ id: string }>(
      "SELECT id FROM inbox WHERE state = 'done' UNION ALL SELECT id FROM outbox WHERE state = 'done'",
    );
    return rows.length;
  });

/** One User is handed back, another stays. */
async function endedAndOpen(world: World) {
  const { slack, log } = world;
  const ended = await handOver(world, { user: { uniqueIdentifier: "customer-1" } });
  const open = await handOver(world, { user: { uniqueIdentifier: "customer-2" } });
  await submitHandBack(slack, ended.ts);
  // The handover, the notice and the root.
  await expect.poll(() => settledIn(log, ended.inbox).length, PATIENCE).toBe(3);
  await expect.poll(() => settledIn(log, ended.outbox).length, PATIENCE).toBe(1);
  return { ended, open };
}

it("forgets a conversation and all that points to it 90 days after its end, and keeps open ones", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { ended, open } = await endedAndOpen(world);
  await world.stopBridge();
  const before = await keysIn(world);

  await expireIn(world, RETENTION_DAYS - 1);
  expect(await keysIn(world)).toEqual(before);
  await expireIn(world, RETENTION_DAYS + 1);

  const kept = await keysIn(world);
  expect(before.filter((key) => !kept.includes(key)).map((key) => key.split("/")[0])).toEqual([
    "conversation",
    "customer",
    "thread",
    "user",
  ]);
  expect(kept.join("\n")).not.toContain(ended.ts);
  expect(kept).toContain(`user/${open.user.id}`);
  await world.startBridge();
  await slack.post({ user: "U0ANNA", threadTs: open.ts, text: "Still open" });
  await parley.until(() => sentTo(world, open.user.id).includes("Still open"));
  await parley.userWrites(open.user.id, "Still here");
  await slack.waitFor(() => textsIn(world, open.ts).includes("Still here"));
});

it("opens a new thread for a User whose conversation is forgotten, and refuses replies in the old one", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { ended } = await endedAndOpen(world);
  await world.stopBridge();
  await expireIn(world, RETENTION_DAYS + 1);
  await world.startBridge();

  await slack.post({ user: "U0ANNA", threadTs: ended.ts, text: "Into the void" });
  await slack.waitFor(() => textsTo(slack, "U0ANNA").some((text) => text.includes("Not sent")));
  const { identification: to } = parley.agentService;
  await parley.handOver({ userId: ended.user.id, to, metadata: { reason: "again" } });

  const root = await slack.waitFor(() => rootsOf(slack)[2]);
  expect(root.ts).not.toBe(ended.ts);
  expect(sentTo(world, ended.user.id)).toEqual([]);
});

it("keeps idempotency keys for 14 days", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  await parley.userWrites(user.id, "Hello");
  await slack.waitFor(() => textsIn(world, ts).includes("Hello"));
  const callback = parley.callbacks.at(-1);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Hi" });
  await parley.until(() => sentTo(world, user.id).includes("Hi"));
  await world.stopBridge();
  const marks = await marksIn(world);
  expect(marks).toBe(3);

  await expireIn(world, 13);

  expect(await marksIn(world)).toBe(marks);
  await world.startBridge();
  expect((await parley.redeliver(callback)).delivered).toBe(true);
  await parley.userWrites(user.id, "Next");
  await slack.waitFor(() => textsIn(world, ts).includes("Next"));
  expect(textsIn(world, ts)).toEqual(["Hello", "Next"]);
  await world.stopBridge();
  await expireIn(world, 15);
  expect(await marksIn(world)).toBe(0);
});

it("does not send again what is in a thread, although its marks are gone", async () => {
  const world = await startWorld({ slack: { now: () => Date.now() - 20 * DAY_MS } });
  const { slack, parley, log } = world;
  const { user, ts } = await handOver(world);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Long ago" });
  await parley.until(() => sentTo(world, user.id).includes("Long ago"));
  await world.stopBridge();
  await expireIn(world, 15);

  await world.startBridge();

  const rounds = () => log.lines.filter(({ event }) => event === "repair.done").length;
  await expect.poll(rounds, PATIENCE).toBeGreaterThan(1);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Next" });
  await parley.until(() => sentTo(world, user.id).includes("Next"));
  expect(sentTo(world, user.id)).toEqual(["Long ago", "Next"]);
});

it("keeps dead letters as long as conversations, and then deletes them with their texts", async () => {
  const world = await startWorld();
  const { slack, parley, log, env } = world;
  const { user, ts, outbox } = await handOver(world);
  parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 400 }, 1);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Refused" });
  await expect.poll(() => attemptsIn(log, outbox).at(-1)?.outcome, PATIENCE).toBe("dead");
  await world.stopBridge();

  await expireIn(world, RETENTION_DAYS - 1);
  expect((await runDeadLetters(env, "list")).lines.at(-1)).toBe("1 dead letter");
  await expireIn(world, RETENTION_DAYS + 1);

  expect((await runDeadLetters(env, "list")).lines).toEqual(["0 dead letters"]);
});

it("never deletes what waits", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { user, ts, inbox } = await handOver(world);
  slack.faults.add("chat.postMessage", { kind: "status", status: 500 });
  await parley.userWrites(user.id, "Patience");
  await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
  await world.stopBridge();

  await expireIn(world, 10 * RETENTION_DAYS);
  slack.faults.clear();
  await world.startBridge();

  await slack.waitFor(() => textsIn(world, ts).includes("Patience"));
});

it("expires by RETENTION_DAYS when the bridge starts", async () => {
  const world = await startWorld();
  const { ended } = await endedAndOpen(world);
  await world.stopBridge();
  await withState(world, ({ ask }) =>
    ask("UPDATE conversations SET ended_at = ended_at - ?", 3 * DAY_MS),
  );

  await world.startBridge();
  expect(await keysIn(world)).toContain(`user/${ended.user.id}`);
  await world.stopBridge();
  await world.startBridge({ RETENTION_DAYS: "2" });

  await expect.poll(() => keysIn(world), PATIENCE).not.toContain(`user/${ended.user.id}`);
});
