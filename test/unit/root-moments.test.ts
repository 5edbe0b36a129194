import { expect, it } from "vitest";
import { nextRootAt } from "../../src/desk/clock/root-moments.ts";

const MINUTE_MS = 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;

/** The minutes after which a root says anew for how long a User waits. */
function momentsOf(kind: "waiting" | "silent", count: number): number[] {
  const moments: number[] = [];
  for (let now = 0; moments.length < count; now = (moments.at(-1) ?? 0) * MINUTE_MS) {
    const next = nextRootAt({ waitingSince: 0 }, kind, now) ?? expect.unreachable();
    moments.push(next / MINUTE_MS);
  }
  return moments;
}

it("is few updates of a root while nobody answers: in between it stays as it is", () => {
  expect(momentsOf("waiting", 7)).toEqual([1, 3, 10, 30, 60, 2 * HOUR, 3 * HOUR]);
  expect(momentsOf("waiting", 5 + 25).slice(-3)).toEqual([DAY, 2 * DAY, 3 * DAY]);
});

it("is even fewer while somebody has claimed the User", () => {
  expect(momentsOf("silent", 4)).toEqual([10, 30, 60, 2 * HOUR]);
});

it("is none where the User does not wait", () => {
  expect(nextRootAt({}, "waiting", 0)).toBeUndefined();
  expect(nextRootAt({ waitingSince: 0 }, "idle", 0)).toBeUndefined();
});
