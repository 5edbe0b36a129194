import fc from "fast-check";
import { expect } from "vitest";
import type { Rate, RateLimiter } from "../../src/delivery/rate-limiter.ts";
import { pass, type Rig } from "./rate-limiter-rig.ts";

/** What happens at one replica, so long after what happened before. */
interface Arrival {
  readonly afterMs: number;
  readonly replica: number;
  readonly what: "normal" | "low" | "pause";
  /** Whether it leaves again, and after how long, ms. */
  readonly leavesAfterMs: number | undefined;
}

export const anyArrivals: fc.Arbitrary<readonly Arrival[]> = fc.array(
  fc.record({
    afterMs: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 400 }) },
      { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 4_000 }) },
    ),
    replica: fc.nat({ max: 2 }),
    what: fc.oneof(
      { weight: 8, arbitrary: fc.constant("normal" as const) },
      { weight: 3, arbitrary: fc.constant("low" as const) },
      { weight: 1, arbitrary: fc.constant("pause" as const) },
    ),
    leavesAfterMs: fc.option(fc.integer({ min: 1, max: 1_500 }), { nil: undefined, freq: 5 }),
  }),
  { maxLength: 25 },
);

interface Caller {
  readonly isLow: boolean;
  readonly since: number;
  endedAt: number;
  isServed: boolean;
}

const PAUSE_MS = 1_500;

/** Plays the arrivals, and checks what became of them. */
export async function checkArrivals(
  arrivals: readonly Arrival[],
  { limiters, rate, rig }: { limiters: readonly RateLimiter[]; rate: Rate; rig: Rig },
): Promise<void> {
  const now = () => performance.now();
  const callers: Caller[] = [];
  const pauses: number[] = [];
  for (const { afterMs, replica, what, leavesAfterMs } of arrivals) {
    await pass(afterMs, rig);
    const limiter = limiters[replica] as RateLimiter;
    if (what === "pause") {
      pauses.push(now());
      limiter.pause("C1", PAUSE_MS);
    } else {
      callers.push(call(limiter, what === "low", leavesAfterMs));
    }
    // Those who come at the same moment have no order.
    await rig.settled();
  }
  await pass((arrivals.length * 1_000) / rate.perSecond + PAUSE_MS + 5_000, rig);

  expect(callers.map(({ endedAt }) => endedAt)).not.toContain(Number.POSITIVE_INFINITY);
  const served = callers.filter(({ isServed }) => isServed).sort((a, b) => a.endedAt - b.endedAt);
  checkPace(served, rate);
  checkOrder(served);
  for (const { endedAt } of served) {
    const during = pauses.filter((at) => endedAt > at + 1 && endedAt < at + PAUSE_MS - 1);
    expect(during).toEqual([]);
  }
}

function call(limiter: RateLimiter, isLow: boolean, leavesAfterMs: number | undefined): Caller {
  const controller = new AbortController();
  const caller: Caller = {
    isLow,
    since: performance.now(),
    endedAt: Number.POSITIVE_INFINITY,
    isServed: false,
  };
  const end = (isServed: boolean) => {
    caller.endedAt = performance.now();
    caller.isServed = isServed;
  };
  limiter.acquire("C1", { signal: controller.signal, ...(isLow && { priority: "low" }) }).then(
    () => end(true),
    () => end(false),
  );
  if (leavesAfterMs !== undefined) setTimeout(() => controller.abort("left"), leavesAfterMs);
  return caller;
}

/** No window holds more than what the pace allows, and a burst on top. */
function checkPace(served: readonly Caller[], { perSecond, burst }: Rate): void {
  for (const [n, first] of served.entries()) {
    for (const [more, last] of served.slice(n).entries()) {
      const allowed = burst + ((last.endedAt - first.endedAt + 2) / 1_000) * perSecond;
      expect(more + 1).toBeLessThanOrEqual(allowed);
    }
  }
}

/** Nobody is overtaken by somebody who came later, or who matters less, and was waiting by then. */
function checkOrder(served: readonly Caller[]): void {
  for (const [n, one] of served.entries()) {
    // Those who go at the same moment have no order either.
    for (const later of served.slice(n + 1).filter(({ endedAt }) => endedAt > one.endedAt)) {
      const hasWaited = later.since < one.endedAt;
      const isInFront = later.isLow === one.isLow ? later.since < one.since : one.isLow;
      expect(hasWaited && isInFront).toBe(false);
    }
  }
}
