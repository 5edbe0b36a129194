import { expect, it } from "vitest";
import type { FirstWaits } from "../../src/bridge/stored/last-known-schemas.ts";
import { createFirstWaits } from "../../src/desk/first-waits.ts";
import { createTurns } from "../../src/turns.ts";
import { captureLog } from "../support/captured-log.ts";

const SUPPORT = { name: "Support" };
const HOUR_MS = 3_600_000;

function twoReplicas() {
  const kept = new Map<string, FirstWaits>();
  const inTurn = createTurns<string>();
  const log = captureLog();
  let at = Date.UTC(2026, 10, 30);
  let isDown = false;
  const open = () =>
    createFirstWaits({
      remembered: {
        async get(key) {
          if (isDown) throw new Error("down");
          await Promise.resolve();
          return kept.get(key);
        },
        set: async (key, value) => void kept.set(key, value),
      },
      inTurn,
      now: () => at,
      log,
    });
  return {
    replicas: [open(), open()] as const,
    kept,
    log,
    pass: (ms: number) => {
      at += ms;
    },
    goDown: () => {
      isDown = true;
    },
  };
}

it("keeps each wait, whichever replica it ends at, and tells their median from the fifth on", async () => {
  const { replicas, kept } = twoReplicas();
  const [one, other] = replicas;
  await Promise.all(
    [10, 400, 20, 30].map((wait, n) => replicas[n % 2 ? 1 : 0].answered("Support", wait)),
  );
  expect(await one.typicalOf(SUPPORT)).toBeUndefined();
  await other.answered("Support", 50);
  expect(await one.typicalOf(SUPPORT)).toBe(30);
  await one.answered("Support", 1);
  expect(await other.typicalOf(SUPPORT)).toBe(25);
  expect(kept.get("waits/Support")?.waits).toHaveLength(6);
});

it("forgets after seven days, and keeps the newest of many", async () => {
  const { replicas, kept, pass } = twoReplicas();
  const [one] = replicas;
  for (let n = 0; n < 250; n++) await one.answered("Support", n);
  expect(kept.get("waits/Support")?.waits).toHaveLength(200);
  expect(await one.typicalOf(SUPPORT)).toBe(150);
  pass(7 * 24 * HOUR_MS + 1);
  expect(await one.typicalOf(SUPPORT)).toBeUndefined();
  await one.answered("Support", 7);
  expect(kept.get("waits/Support")?.waits).toHaveLength(1);
});

it("says in the log what it could not keep, and fails nobody", async () => {
  const { replicas, log, goDown } = twoReplicas();
  goDown();
  await replicas[0].answered("Support", 7);
  expect(log.lines.map(({ event }) => event)).toEqual(["wait.not-kept"]);
});
