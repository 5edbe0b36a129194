import { describe, expect, it } from "vitest";
import type { Item } from "../../src/delivery/lanes.ts";
import { NetworkError, RateLimitedError } from "../../src/errors.ts";
import { benchForTest, type LanesBenchFactory } from "./lanes-bench.ts";
import { failing, newItem, recorder, tellNobody } from "./lanes-suite.ts";

type Body = string;
const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Pauses, whatever the clock on the wall does, and who hears of them. */
export function describeLanesWaiting(engineName: string, open: LanesBenchFactory): void {
  describe(`${engineName}: a clock that is set`, () => {
    /** Two clocks: `wall` jumps, `steady` does not. */
    const clocks = () => ({ wall: 1_000 * HOUR, steady: 5 });

    it.each([
      ["back", -HOUR],
      ["forward", HOUR],
    ])("%s changes no pause that is under way", async (_, jumpMs) => {
      const bench = await benchForTest(open);
      const at = clocks();
      const pauses: (number | undefined)[] = [];
      const lanes = await bench.engine<Body>({
        now: () => at.wall,
        monotonic: () => at.steady,
        concurrency: 1,
        onAttempt: ({ nextAttemptInMs }) => pauses.push(nextAttemptInMs),
      });
      const { handed, done, handler } = recorder(failing(1, new RateLimitedError("429", 20)));
      await lanes.start(handler, tellNobody);
      await lanes.append(newItem("a"));
      await expect.poll(() => pauses).toEqual([20]);
      at.wall += jumpMs;
      at.steady += 19;
      await lanes.append(newItem("b", { lane: "other" }));
      await expect.poll(() => done).toEqual(["b"]);
      expect(handed).toEqual(["a", "b"]);
      at.steady += 1;
      await expect.poll(() => done).toEqual(["b", "a"]);
    });

    it("back makes nothing wait longer than it was to wait, also across a restart", async () => {
      const bench = await benchForTest(open);
      const at = clocks();
      // With one handler at a time, the lanes that wait were looked at before another item is done.
      const options = { now: () => at.wall, monotonic: () => at.steady, concurrency: 1 };
      const pauses: (number | undefined)[] = [];
      const before = await bench.engine<Body>({
        ...options,
        onAttempt: ({ nextAttemptInMs }) => pauses.push(nextAttemptInMs),
      });
      await before.start(() => Promise.reject(new RateLimitedError("429", 30)), tellNobody);
      await before.append({ ...newItem("later", { lane: "1" }), notBefore: at.wall + 20 });
      await before.append(newItem("again", { lane: "2" }));
      await expect.poll(() => pauses).toEqual([30]);
      await bench.crash();

      at.wall -= HOUR;
      const lanes = await bench.engine<Body>(options);
      const { done, handler } = recorder();
      await lanes.start(handler, tellNobody);
      await lanes.append(newItem("first", { lane: "3" }));
      await expect.poll(() => done).toEqual(["first"]);
      at.steady += 20;
      await expect.poll(() => done).toEqual(["first", "later"]);
      at.steady += 10;
      await expect.poll(() => done).toEqual(["first", "later", "again"]);
    });

    it("does not matter to what the other side asks: not more than an item may live", async () => {
      const bench = await benchForTest(open);
      const pauses: (number | undefined)[] = [];
      const lanes = await bench.engine<Body>({
        backoff: { firstMs: 1, capMs: 2, maxAgeMs: 86_400_000 },
        onAttempt: ({ nextAttemptInMs }) => pauses.push(nextAttemptInMs),
      });
      const aYear = new RateLimitedError("429", 365 * 86_400_000);
      await lanes.start(() => Promise.reject(aYear), tellNobody);
      await lanes.append(newItem("a"));
      await expect.poll(() => pauses).toEqual([86_400_000]);
    });
  });

  it(`${engineName}: who waits for a moment lets one that comes in front go, also while the end before is stored`, async () => {
    const bench = await benchForTest(open);
    const lanes = await bench.engine<Body>();
    const done: string[] = [];
    const stored = Promise.withResolvers<void>();
    await lanes.start(async (work) => {
      if (work.item.body === "first") work.atEnd(() => stored.promise);
      done.push(work.item.body);
    }, tellNobody);
    await lanes.append(newItem("first", { sort: "1" }));
    await lanes.append({ ...newItem("later", { sort: "3" }), notBefore: Date.now() + HOUR });
    await expect.poll(() => done).toEqual(["first"]);
    // What comes next has been read by then.
    for (let times = 0; times < 3; times++) await lanes.isWaiting("user-1");
    await lanes.append(newItem("soon", { sort: "2" }));
    stored.resolve();
    await expect.poll(() => done).toEqual(["first", "soon"]);
  });

  describe(`${engineName}: who waits because of a failure`, () => {
    /** Where time stands still until the test lets it go on. */
    async function delayed(error: Error) {
      const bench = await benchForTest(open);
      const at = { steady: 0 };
      const lanes = await bench.engine<Body>({ random: () => 1, monotonic: () => at.steady });
      const heard: [string, number][] = [];
      const fail = failing(1, error);
      const { done, handler } = recorder(({ lane }) => {
        if (lane === "user-1") fail();
      });
      const onDelay = ({ body }: Item<Body>, waitMs: number) => void heard.push([body, waitMs]);
      return { at, lanes, heard, done, begin: () => lanes.start(handler, tellNobody, { onDelay }) };
    }

    it("is told of with the pause: the failed item, those behind it, and what arrives meanwhile", async () => {
      const error = new RateLimitedError("429", MINUTE);
      const { at, lanes, heard, begin } = await delayed(error);
      await lanes.append(newItem("a"));
      await lanes.append(newItem("b"));
      await lanes.append(newItem("of another lane", { lane: "other" }));
      await begin();
      await expect
        .poll(() => heard)
        .toEqual([
          ["a", MINUTE],
          ["b", MINUTE],
        ]);
      at.steady = 1_000;
      await lanes.append(newItem("c"));
      expect(heard.slice(2)).toEqual([["c", MINUTE - 1_000]]);
    });

    it("is told of also where the pause is the bridge's own", async () => {
      const { at, lanes, heard, done, begin } = await delayed(new NetworkError("refused"));
      await lanes.append(newItem("a"));
      await begin();
      await expect.poll(() => heard[0]).toEqual(["a", 2]);
      at.steady = 2;
      await expect.poll(() => done).toEqual(["a"]);
    });

    it("is not who has been handled, and waits only until the end of that can be stored", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const heard = new Set<string>();
      for (const name of ["a", "b", "c"]) await lanes.append(newItem(name));
      const { done, handler } = recorder(async ({ body }) => {
        if (body === "a") await bench.failWrites(true);
      });
      await lanes.start(handler, tellNobody, { onDelay: ({ body }) => void heard.add(body) });
      await expect.poll(() => [...heard]).toContain("c");
      await bench.failWrites(false);
      await expect.poll(async () => (await lanes.backlog()).items).toBe(0);
      expect(done).toEqual(["a", "b", "c"]);
      expect([...heard]).toEqual(["c"]);
    });

    it("is not who was told to wait from the start, nor who waits behind that", async () => {
      const { at, lanes, heard, done, begin } = await delayed(new NetworkError("refused"));
      await begin();
      const later = newItem("held back", { lane: "other" });
      await lanes.append({ ...later, notBefore: Date.now() + MINUTE });
      await lanes.append(newItem("behind", { lane: "other" }));
      await lanes.append(newItem("fails once, then goes"));
      await expect.poll(() => heard[0]).toEqual(["fails once, then goes", 2]);
      at.steady = 2;
      await expect.poll(() => done).toEqual(["fails once, then goes"]);
      expect(heard.filter(([name]) => name !== "fails once, then goes")).toEqual([]);
    });
  });
}
