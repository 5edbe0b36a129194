import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RateLimiter } from "../../src/delivery/rate-limiter.ts";
import { holds } from "../support/property.ts";
import { anyArrivals, checkArrivals } from "./rate-limiter-arrivals.ts";
import { pass, type Rig, stopTime } from "./rate-limiter-rig.ts";

type Came = [name: string, atMs: number];

/** Asks for turns, and notes when each came, in ms from now. */
export function watch() {
  const start = performance.now();
  const came: Came[] = [];
  const note = (name: string) => void came.push([name, Math.round(performance.now() - start)]);
  return {
    came,
    ask: (
      rateLimiter: RateLimiter,
      name: string,
      ...[key = "C1", options]: [key?: string, options?: Parameters<RateLimiter["acquire"]>[1]]
    ) =>
      void rateLimiter.acquire(key, options).then(
        () => note(name),
        (reason: unknown) => note(`${name}: ${String(reason)}`),
      ),
  };
}

/** What every rate limiter keeps, also when several share a pace. `open`: those of a new pace. */
export function describeRateLimiter(name: string, open: () => Promise<Rig>): void {
  describe(name, () => {
    beforeEach(stopTime);
    afterEach(() => void vi.useRealTimers());

    it("begins with one turn and then keeps the pace, first come first served", async () => {
      const rig = await open();
      const limiter = rig.replica()({ name: "posts", perSecond: 2, burst: 3 });
      const { came, ask } = watch();
      for (const each of ["a", "b", "c", "d"]) ask(limiter, each);
      await pass(10_000, rig);
      expect(came).toEqual([
        ["a", 0],
        ["b", 500],
        ["c", 1_000],
        ["d", 1_500],
      ]);
    });

    it("allows a burst after a quiet time, and no more", async () => {
      const rig = await open();
      const limiter = rig.replica()({ name: "posts", perSecond: 1, burst: 3 });
      ask1(limiter);
      await pass(60_000, rig);
      const { came, ask } = watch();
      for (const each of ["a", "b", "c", "d"]) ask(limiter, each);
      await pass(10_000, rig);
      expect(came).toEqual([
        ["a", 0],
        ["b", 0],
        ["c", 0],
        ["d", 1_000],
      ]);
    });

    it("paces each key by itself, and each name", async () => {
      const rig = await open();
      const create = rig.replica();
      const posts = create({ name: "posts", perSecond: 1, burst: 1 });
      const extras = create({ name: "extras", perSecond: 1, burst: 1 });
      const { came, ask } = watch();
      ask(posts, "a1", "A");
      ask(posts, "b1", "B");
      ask(extras, "x1", "A");
      await pass(0, rig);
      ask(posts, "a2", "A");
      await pass(1, rig);
      ask(extras, "x2", "A");
      await pass(5_000, rig);
      expect(came.slice(0, 3).toSorted(byName)).toEqual([
        ["a1", 0],
        ["b1", 0],
        ["x1", 0],
      ]);
      expect(came.slice(3).toSorted(byName)).toEqual([
        ["a2", 1_000],
        ["x2", 1_000],
      ]);
    });

    it("lets what can wait go only while nobody else waits", async () => {
      const rig = await open();
      const limiter = rig.replica()({ name: "posts", perSecond: 1, burst: 1 });
      const { came, ask } = watch();
      ask(limiter, "first");
      ask(limiter, "low", "C1", { priority: "low" });
      ask(limiter, "second");
      await pass(500, rig);
      ask(limiter, "third");
      await pass(5_000, rig);
      expect(came.map(([each]) => each)).toEqual(["first", "second", "third", "low"]);
    });

    it("pauses for exactly as long as it was told, also while others wait", async () => {
      const rig = await open();
      const limiter = rig.replica()({ name: "posts", perSecond: 1, burst: 1 });
      const { came, ask } = watch();
      ask(limiter, "a");
      await pass(0, rig);
      ask(limiter, "b");
      ask(limiter, "elsewhere", "C2");
      await pass(100, rig);
      limiter.pause("C1", 30_000);
      limiter.pause("C1", 5);
      await pass(29_999, rig);
      expect(came).toEqual([
        ["a", 0],
        ["elsewhere", 0],
      ]);
      await pass(1, rig);
      expect(came.at(-1)).toEqual(["b", 30_100]);
    });

    it.each([-3_600_000, 3_600_000])(
      "keeps the pace, and no pause longer, when the clock of its machine is set: by %i ms",
      async (jumpMs) => {
        const rig = await open();
        const limiter = rig.replica()({ name: "posts", perSecond: 2, burst: 3 });
        const { came, ask } = watch();
        ask(limiter, "first");
        await pass(0, rig);
        limiter.pause("C1", 2_000);
        ask(limiter, "second");
        ask(limiter, "third");
        vi.setSystemTime(Date.now() + jumpMs);
        await pass(1_999, rig);
        expect(came).toEqual([["first", 0]]);
        await pass(600, rig);
        expect(came.map(([each]) => each)).toEqual(["first", "second", "third"]);
      },
    );

    it("rejects with the reason of an aborted signal, and gives the place to the next", async () => {
      const rig = await open();
      const limiter = rig.replica()({ name: "posts", perSecond: 1, burst: 1 });
      const { came, ask } = watch();
      const controller = new AbortController();
      ask(limiter, "a");
      ask(limiter, "b", "C1", { signal: controller.signal });
      ask(limiter, "c");
      await pass(10, rig);
      expect(limiter.waitMs("C1")).toBe(2_000);
      controller.abort("stopping");
      await pass(0, rig);
      expect(limiter.waitMs("C1")).toBe(1_000);
      ask(limiter, "d", "C1", { signal: controller.signal });
      await pass(5_000, rig);
      expect(came).toEqual([
        ["a", 0],
        ["b: stopping", 10],
        ["d: stopping", 10],
        ["c", 1_000],
      ]);
      expect(limiter.waitMs("C1")).toBe(0);
      expect(limiter.waitMs("never heard of")).toBe(0);
    });

    it("forgets a signal once the turn has come", async () => {
      const rig = await open();
      const limiter = rig.replica()({ name: "posts", perSecond: 1, burst: 1 });
      const { came, ask } = watch();
      const controller = new AbortController();
      ask(limiter, "a", "C1", { signal: controller.signal });
      await pass(0, rig);
      ask(limiter, "b");
      controller.abort("stopping");
      await pass(2_000, rig);
      expect(came).toEqual([
        ["a", 0],
        ["b", 1_000],
      ]);
    });

    describe("with several replicas", () => {
      const RATE = { name: "posts", perSecond: 1, burst: 3 };

      async function openThree() {
        const rig = await open();
        const make = () => rig.replica()(RATE);
        return { rig, a: make(), b: make(), c: make() };
      }

      it("serves all of them in the order in which they came, however many wait at each", async () => {
        const { rig, a, b, c } = await openThree();
        const { came, ask } = watch();
        const asked: string[] = [];
        for (const [n, limiter] of [a, a, a, b, a, a, c, b, a].entries()) {
          ask(limiter, `${n}`);
          asked.push(`${n}`);
          await pass(1, rig);
        }
        await pass(20_000, rig);
        expect(came).toEqual(asked.map((each, n) => [each, n * 1_000]));
      });

      it("allows all of them together one burst after a quiet time", async () => {
        const { rig, a, b, c } = await openThree();
        ask1(a);
        await pass(60_000, rig);
        const { came, ask } = watch();
        for (const [n, limiter] of [a, b, c, a, b, c].entries()) ask(limiter, `${n}`);
        await pass(10_000, rig);
        expect(came.map(([, at]) => at)).toEqual([0, 0, 0, 1_000, 2_000, 3_000]);
      });

      it("lets what can wait go only while nobody waits anywhere", async () => {
        const { rig, a, b, c } = await openThree();
        const { came, ask } = watch();
        ask(a, "first");
        await pass(1, rig);
        ask(a, "low", "C1", { priority: "low" });
        await pass(1, rig);
        ask(b, "second");
        await pass(1, rig);
        ask(c, "low too", "C1", { priority: "low" });
        await pass(1_500, rig);
        ask(c, "third");
        await pass(10_000, rig);
        expect(came.map(([each]) => each)).toEqual(["first", "second", "third", "low", "low too"]);
      });

      it("pauses for all of them when one is told to", async () => {
        const { rig, a, b } = await openThree();
        const { came, ask } = watch();
        ask(a, "a");
        ask(b, "b");
        await pass(100, rig);
        a.pause("C1", 30_000);
        await pass(29_999, rig);
        expect(came.map(([, at]) => at)).toEqual([0]);
        await pass(1 + rig.latenessMs, rig);
        expect(came).toHaveLength(2);
      });

      it("leaves no hole where somebody left", async () => {
        const { rig, a, b } = await openThree();
        const { came, ask } = watch();
        const { signal, abort } = withAbort();
        ask(a, "first");
        await pass(1, rig);
        ask(a, "leaves", "C1", { signal });
        await pass(1, rig);
        ask(b, "next");
        await pass(500, rig);
        abort();
        ask(b, "last");
        await pass(3_000, rig);
        const [first, leaves, next, last] = came;
        expect([first, leaves]).toEqual([
          ["first", 0],
          ["leaves: left", 502],
        ]);
        expect(next?.[1]).toBeLessThanOrEqual(1_000 + rig.latenessMs);
        expect(last).toEqual(["last", 2_000]);
      });

      it("tells how long those take who wait now, wherever", async () => {
        const { rig, a, b } = await openThree();
        const { ask } = watch();
        for (const each of ["first", "second", "third"]) ask(a, each);
        await pass(1, rig);
        ask(b, "fourth");
        await pass(1, rig);
        expect(b.waitMs("C1")).toBeGreaterThan(2_900);
        expect(b.waitMs("C1")).toBeLessThanOrEqual(3_000);
        await pass(10_000, rig);
        expect(b.waitMs("C1")).toBe(0);
      });

      holds(
        "keep pace, order and priority, whoever comes, leaves and is told to pause",
        anyArrivals,
        async (arrivals) => {
          const rig = await open();
          const rate = { name: "posts", perSecond: 2, burst: 2 };
          const limiters = [rig.replica()(rate), rig.replica()(rate), rig.replica()(rate)];
          await checkArrivals(arrivals, { limiters, rate, rig });
        },
        { runs: 15 },
      );
    });
  });
}

const byName = ([a]: Came, [b]: Came): number => (a < b ? -1 : 1);

/** Takes a turn of which nobody wants to know more. */
const ask1 = (limiter: RateLimiter) => void limiter.acquire("C1");

function withAbort() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort("left") };
}
