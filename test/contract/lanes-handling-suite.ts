import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Attempt, Item } from "../../src/delivery/lanes.ts";
import { NetworkError, PayloadError } from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { benchForTest, type LanesBenchFactory } from "./lanes-bench.ts";
import { gate, newItem, recorder, tellNobody, toldTo } from "./lanes-suite.ts";

type Body = string;
const any = () => true;
const bodies = (items: readonly Item<Body>[]) => items.map(({ body }) => body);

/** What every engine of lanes offers to a handler, and to people who look after it. */
export function describeLanesHandling(engineName: string, open: LanesBenchFactory): void {
  describe(`${engineName}: in the hands of a handler`, () => {
    it("takes along the items directly behind the head, as far as it accepts them", async () => {
      const bench = await benchForTest(open);
      const attempts: Attempt[] = [];
      const lanes = await bench.engine<Body>({ onAttempt: (attempt) => attempts.push(attempt) });
      for (const name of ["a1", "a2", "a3", "b", "a4"]) await lanes.append(newItem(name));
      await lanes.append(newItem("a of somebody else", { lane: "user-2" }));
      const groups: string[][] = [];
      await lanes.start(async ({ item, takeFollowing }) => {
        const following = await takeFollowing(({ body }) => body.startsWith("a"), 10);
        groups.push([item.body, ...bodies(following)]);
      }, tellNobody);
      await expect.poll(async () => (await lanes.backlog()).items).toBe(0);
      expect(groups.filter(([head]) => head !== "a of somebody else")).toEqual([
        ["a1", "a2", "a3"],
        ["b", "a4"],
      ]);
      expect(attempts.map(({ items }) => items).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    });

    it("takes no more than the limit, and goes on behind what it took before", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      for (const name of ["1", "2", "3", "4", "5"]) await lanes.append(newItem(name));
      const groups: string[][] = [];
      await lanes.start(async ({ item, takeFollowing }) => {
        const first = await takeFollowing(any, 1);
        const second = await takeFollowing(any, 2);
        groups.push([item.body], bodies(first), bodies(second));
      }, tellNobody);
      await expect.poll(async () => (await lanes.backlog()).items).toBe(0);
      expect(groups).toEqual([["1"], ["2"], ["3", "4"], ["5"], [], []]);
    });

    it("takes nothing along when a late arrival was put in front of the head: the rest waits for it", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const groups: string[][] = [];
      const [handed, arrived] = [gate(), gate()];
      await lanes.append(newItem("2", { sort: "2" }));
      await lanes.append(newItem("3", { sort: "3" }));
      await lanes.start(async ({ item, takeFollowing }) => {
        handed.open();
        await arrived.opened;
        groups.push([item.body, ...bodies(await takeFollowing(any, 5))]);
      }, tellNobody);
      await handed.opened;
      await lanes.append(newItem("1", { sort: "1" }));
      arrived.open();
      await expect.poll(() => groups.flat()).toHaveLength(3);
      expect(groups).toEqual([["2"], ["1", "3"]]);
    });

    it("shares one fate among the items that go together: again, aside, done", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      for (const name of ["1", "2", "3"]) await lanes.append(newItem(name));
      const errors = [new NetworkError("refused"), new PayloadError("unreadable")];
      const groups: string[][] = [];
      const told: string[] = [];
      await lanes.start(async ({ item, takeFollowing }) => {
        groups.push([item.body, ...bodies(await takeFollowing(any, 1))]);
        const error = errors.shift();
        if (error) throw error;
      }, toldTo(told));
      await expect.poll(() => groups).toEqual([["1", "2"], ["1", "2"], ["3"]]);
      await expect.poll(() => lanes.backlog()).toMatchObject({ items: 0, deadLetters: 2 });
      await expect.poll(() => told).toEqual(["1: payload", "2: payload"]);
    });

    it("aborts the work when it stops, waits for it, and keeps the item", async () => {
      const bench = await benchForTest(open);
      const outcomes: string[] = [];
      const lanes = await bench.engine<Body>({
        onAttempt: ({ outcome }) => outcomes.push(outcome),
      });
      const begun = gate();
      let returned = false;
      await lanes.start(async ({ signal }) => {
        begun.open();
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        await new Promise(setImmediate);
        returned = true;
        signal.throwIfAborted();
      }, tellNobody);
      await lanes.append(newItem("a"));
      await lanes.append(newItem("b"));
      await begun.opened;
      await lanes.stop();
      expect(returned).toBe(true);
      expect(outcomes).toEqual(["interrupted"]);

      const { done, handler } = recorder();
      const attempts: number[] = [];
      const next = await bench.engine<Body>({ onAttempt: ({ attempt }) => attempts.push(attempt) });
      await next.start(handler, tellNobody);
      await expect.poll(() => done).toEqual(["a", "b"]);
      await expect.poll(() => attempts).toEqual([1, 1]);
    });

    it("plans no further attempt once it has stopped", async () => {
      const pauseMs = 1_234_567;
      const setTimer = vi.spyOn(globalThis, "setTimeout");
      onTestFinished(() => setTimer.mockRestore());
      const bench = await benchForTest(open);
      const pauses: (number | undefined)[] = [];
      const lanes = await bench.engine<Body>({
        backoff: { firstMs: pauseMs, capMs: pauseMs, maxAgeMs: 2 * pauseMs },
        random: () => 1,
        onAttempt: ({ nextAttemptInMs }) => pauses.push(nextAttemptInMs),
      });
      const begun = gate();
      await lanes.start(async ({ signal }) => {
        begun.open();
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        throw new NetworkError("the connection was closed");
      }, tellNobody);
      await lanes.append(newItem("a"));
      await begun.opened;
      await lanes.stop();
      expect(pauses).toEqual([pauseMs]);
      expect(setTimer.mock.calls.filter(([, ms]) => ms === pauseMs)).toEqual([]);
      expect(await lanes.backlog()).toMatchObject({ items: 1 });
    });

    it("stores what arrives while it stops, for the next start", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const { handed, handler } = recorder();
      await lanes.start(handler, tellNobody);
      await lanes.stop();
      expect(await lanes.append(newItem("a"))).toBe("appended");
      const next = await bench.engine<Body>();
      const after = recorder();
      await next.start(after.handler, tellNobody);
      await expect.poll(() => after.done).toEqual(["a"]);
      expect(handed).toEqual([]);
    });
  });

  describe(`${engineName}: looked after by people`, () => {
    it("puts a dead letter back, once and as if it had just arrived", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const attempts: number[] = [];
      await lanes.start(async ({ item }) => {
        attempts.push(item.attempt);
        if (attempts.length === 1) throw new PayloadError("unreadable");
      }, tellNobody);
      await lanes.append(newItem("a"));
      await expect.poll(async () => (await lanes.backlog()).deadLetters).toBe(1);
      expect(await lanes.requeue(toItemId("unheard of"))).toBe(false);
      expect(await lanes.requeue(toItemId("a"))).toBe(true);
      await expect.poll(() => lanes.backlog()).toMatchObject({ items: 0, deadLetters: 0 });
      expect(attempts).toEqual([1, 1]);
      expect(await lanes.requeue(toItemId("a"))).toBe(false);
      expect(await lanes.append(newItem("a"))).toBe("duplicate");
    });

    it("gives up a dead letter for good", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      await lanes.append(newItem("waiting", { lane: "other" }));
      expect(await lanes.discard(toItemId("waiting"))).toBe(false);
      const { done, handler } = recorder((item) => {
        if (item.body === "a") throw new PayloadError("unreadable");
      });
      await lanes.start(handler, tellNobody);
      await lanes.append(newItem("a"));
      await expect.poll(async () => (await lanes.backlog()).deadLetters).toBe(1);
      expect(await lanes.discard(toItemId("a"))).toBe(true);
      expect(await lanes.discard(toItemId("a"))).toBe(false);
      expect(await lanes.requeue(toItemId("a"))).toBe(false);
      expect(await lanes.append(newItem("a"))).toBe("duplicate");
      expect(await lanes.backlog()).toMatchObject({ deadLetters: 0 });
      await expect.poll(() => done).toEqual(["waiting"]);
    });

    it("tells how many wait, since when, and how many dead letters there are", async () => {
      const bench = await benchForTest(open);
      let clock = 1_000;
      const lanes = await bench.engine<Body>({ now: () => clock });
      expect(await lanes.backlog()).toEqual({
        items: 0,
        oldestAppendedAt: undefined,
        deadLetters: 0,
      });
      await lanes.append(newItem("bad", { lane: "other" }));
      clock = 2_000;
      await lanes.append(newItem("a"));
      clock = 3_000;
      await lanes.append(newItem("b"));
      expect(await lanes.backlog()).toEqual({
        items: 3,
        oldestAppendedAt: 1_000,
        deadLetters: 0,
      });
      const stuck = gate();
      await lanes.start(async ({ item }) => {
        if (item.body === "bad") throw new PayloadError("unreadable");
        await stuck.opened;
      }, tellNobody);
      await expect
        .poll(() => lanes.backlog())
        .toEqual({ items: 2, oldestAppendedAt: 2_000, deadLetters: 1 });
      stuck.open();
      await expect
        .poll(() => lanes.backlog())
        .toEqual({ items: 0, oldestAppendedAt: undefined, deadLetters: 1 });
    });
  });
}
