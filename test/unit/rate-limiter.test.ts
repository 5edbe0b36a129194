import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoffMs } from "../../src/delivery/backoff.ts";
import { createRateLimiter, type RateLimiter } from "../../src/delivery/rate-limiter.ts";
import { holds } from "../support/property.ts";

const POLICY = { firstMs: 500, capMs: 60_000, maxAgeMs: 1 };

describe("backoff", () => {
  it.each([
    [1, 250, 500],
    [2, 500, 1_000],
    [3, 1_000, 2_000],
    [7, 16_000, 32_000],
    [8, 30_000, 60_000],
    [9, 30_000, 60_000],
    [5_000, 30_000, 60_000],
  ])("before attempt %i + 1 pauses from %i to %i ms", (attempt, least, most) => {
    expect(backoffMs(POLICY, attempt, 0)).toBe(least);
    expect(backoffMs(POLICY, attempt, 1)).toBe(most);
  });

  holds(
    "grows with the attempts and never exceeds its cap",
    fc.tuple(fc.integer({ min: 1, max: 2_000 }), fc.double({ min: 0, max: 1, noNaN: true })),
    ([attempt, random]) => {
      const pause = backoffMs(POLICY, attempt, random);
      expect(pause).toBeGreaterThanOrEqual(POLICY.firstMs / 2);
      expect(pause).toBeLessThanOrEqual(POLICY.capMs);
      expect(backoffMs(POLICY, attempt + 1, random)).toBeGreaterThanOrEqual(pause);
    },
  );
});

describe("the rateLimiter", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Asks for turns, and notes when each came, in ms from now. */
  function watch(rateLimiter: RateLimiter) {
    const start = Date.now();
    const came: [string, number][] = [];
    return {
      came,
      ask(name: string, ...rest: [key?: string, options?: Parameters<RateLimiter["acquire"]>[1]]) {
        const [key = "C1", options] = rest;
        return rateLimiter.acquire(key, options).then(
          () => void came.push([name, Date.now() - start]),
          (reason: unknown) => void came.push([`${name}: ${String(reason)}`, Date.now() - start]),
        );
      },
    };
  }

  it.each([-3_600_000, 3_600_000])(
    "keeps the pace, and no pause longer, when the clock is set: by %i ms",
    async (jumpMs) => {
      const rateLimiter = createRateLimiter({ perSecond: 2, burst: 3 });
      const came: string[] = [];
      const ask = (name: string) => void rateLimiter.acquire("C1").then(() => came.push(name));
      ask("first");
      rateLimiter.pause("C1", 2_000);
      ask("second");
      ask("third");
      vi.setSystemTime(Date.now() + jumpMs);
      await vi.advanceTimersByTimeAsync(1_999);
      expect(came).toEqual(["first"]);
      await vi.advanceTimersByTimeAsync(600);
      expect(came).toEqual(["first", "second", "third"]);
    },
  );

  it("begins with one turn and then keeps the pace, first come first served", async () => {
    const { came, ask } = watch(createRateLimiter({ perSecond: 2, burst: 3 }));
    for (const name of ["a", "b", "c", "d"]) void ask(name);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(came).toEqual([
      ["a", 0],
      ["b", 500],
      ["c", 1_000],
      ["d", 1_500],
    ]);
  });

  it("allows a burst after a quiet time, and no more", async () => {
    const rateLimiter = createRateLimiter({ perSecond: 1, burst: 3 });
    await rateLimiter.acquire("C1");
    await vi.advanceTimersByTimeAsync(60_000);
    const { came, ask } = watch(rateLimiter);
    for (const name of ["a", "b", "c", "d"]) void ask(name);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(came).toEqual([
      ["a", 0],
      ["b", 0],
      ["c", 0],
      ["d", 1_000],
    ]);
  });

  it("paces each key by itself", async () => {
    const { came, ask } = watch(createRateLimiter({ perSecond: 1, burst: 1 }));
    void ask("a1", "A");
    void ask("b1", "B");
    void ask("a2", "A");
    void ask("b2", "B");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(came).toEqual([
      ["a1", 0],
      ["b1", 0],
      ["a2", 1_000],
      ["b2", 1_000],
    ]);
  });

  it("lets what can wait go only while nobody else waits", async () => {
    const { came, ask } = watch(createRateLimiter({ perSecond: 1, burst: 1 }));
    void ask("first");
    void ask("low", "C1", { priority: "low" });
    void ask("second");
    await vi.advanceTimersByTimeAsync(500);
    void ask("third");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(came.map(([name]) => name)).toEqual(["first", "second", "third", "low"]);
  });

  it("pauses for exactly as long as it was told, also while others wait", async () => {
    const rateLimiter = createRateLimiter({ perSecond: 1, burst: 1 });
    const { came, ask } = watch(rateLimiter);
    void ask("a");
    void ask("b");
    void ask("elsewhere", "C2");
    await vi.advanceTimersByTimeAsync(100);
    rateLimiter.pause("C1", 30_000);
    rateLimiter.pause("C1", 5);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(came).toEqual([
      ["a", 0],
      ["elsewhere", 0],
    ]);
    await vi.advanceTimersByTimeAsync(1);
    expect(came.at(-1)).toEqual(["b", 30_100]);
  });

  it("rejects with the reason of an aborted signal, and gives the place to the next", async () => {
    const rateLimiter = createRateLimiter({ perSecond: 1, burst: 1 });
    const { came, ask } = watch(rateLimiter);
    const controller = new AbortController();
    void ask("a");
    void ask("b", "C1", { signal: controller.signal });
    void ask("c");
    await vi.advanceTimersByTimeAsync(10);
    expect(rateLimiter.waitMs("C1")).toBe(2_000);
    controller.abort("stopping");
    await vi.advanceTimersByTimeAsync(0);
    expect(rateLimiter.waitMs("C1")).toBe(1_000);
    void ask("d", "C1", { signal: controller.signal });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(came).toEqual([
      ["a", 0],
      ["b: stopping", 10],
      ["d: stopping", 10],
      ["c", 1_000],
    ]);
    expect(rateLimiter.waitMs("C1")).toBe(0);
    expect(rateLimiter.waitMs("never heard of")).toBe(0);
  });

  it("forgets a signal once the turn has come", async () => {
    const { came, ask } = watch(createRateLimiter({ perSecond: 1, burst: 1 }));
    const controller = new AbortController();
    await ask("a", "C1", { signal: controller.signal });
    void ask("b");
    controller.abort("stopping");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(came).toEqual([
      ["a", 0],
      ["b", 1_000],
    ]);
  });
});
