import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Item, Lanes, Work } from "../../src/delivery/lanes.ts";
import { NetworkError, PayloadError } from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { benchForTest, type LanesBenchFactory } from "./lanes-bench.ts";
import { gate, newItem, recorder, send, tellNobody, toldTo } from "./lanes-suite.ts";

type Body = string;
const id = (name: string) => toItemId(name);
const at = (sort: string) => newItem(sort, { sort });
const never = () => new Promise<never>(() => {});
const isEmpty = async (lanes: Lanes<Body>) => (await lanes.backlog()).items === 0;

/** A lane knows its next items while it handles one, and begins with the next while the end of the last is being stored. */
export function describeGoingAhead(engineName: string, open: LanesBenchFactory): void {
  /** An engine whose first item is under way until `goOn` is called, with these behind it. */
  async function underWay(...items: readonly string[]) {
    const bench = await benchForTest(open);
    const lanes = await bench.engine<Body>();
    const [begun, goOn] = [gate(), gate()];
    const { handed, handler } = recorder(async () => {
      begun.open();
      await goOn.opened;
    });
    for (const sort of items) await lanes.append(at(sort));
    await lanes.start(handler, tellNobody);
    await begun.opened;
    // What is read meanwhile is there.
    for (let look = 0; look < 3; look++) await lanes.backlog();
    return { bench, lanes, handed, goOn: goOn.open };
  }

  describe(`${engineName}: what comes next`, () => {
    it("is what arrives in front of what was next, and then the rest", async () => {
      const { lanes, handed, goOn } = await underWay("1", "5", "9");
      await lanes.append(at("3"));
      await lanes.append(at("7"));
      await lanes.append(newItem("barrier"));
      await lanes.append(at("0"));
      goOn();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(handed).toEqual(["1", "3", "5", "7", "9", "barrier", "0"]);
    });

    it.each([[true], [false]])(
      "is in order where many arrive at once, and where there are more than are kept; started before: %s",
      async (isStarted) => {
        const bench = await benchForTest(open);
        const lanes = await bench.engine<Body>();
        const { handed, handler } = recorder();
        if (isStarted) await lanes.start(handler, tellNobody);
        const sorts = Array.from({ length: 25 }, (_, index) => String(10 + index));
        await Promise.all(sorts.toReversed().map((sort) => lanes.append(at(sort))));
        if (!isStarted) await lanes.start(handler, tellNobody);
        await expect.poll(() => isEmpty(lanes)).toBe(true);
        expect(handed).toEqual(sorts);
      },
    );

    it("is in order where some are too long to be kept in memory, before and while one is handled", async () => {
      const long = (sort: string) => ({ ...at(sort), body: sort + "x".repeat(100_000) });
      const { lanes, handed, goOn } = await underWay("10");
      for (const sort of ["50", "30", "90", "70"]) await lanes.append(long(sort));
      for (const sort of ["60", "20", "80", "40"]) await lanes.append(at(sort));
      goOn();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      await lanes.append(long("91"));
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(handed.map((body) => body.slice(0, 2))).toEqual(
        "10 20 30 40 50 60 70 80 90 91".split(" "),
      );
    });

    it("is in order where some are there, and more arrive at once while one is handled", async () => {
      const { lanes, handed, goOn } = await underWay("00", "50");
      const sorts = Array.from({ length: 20 }, (_, index) => String(40 + index));
      await Promise.all(sorts.toReversed().map((sort) => lanes.append(at(sort))));
      goOn();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(handed).toEqual(["00", ...sorts]);
    });

    it("is not what was taken out meanwhile, and has the body that it was given meanwhile", async () => {
      const { lanes, handed, goOn } = await underWay("1", "2", "3");
      expect(await lanes.cancel(id("2"))).toBe(true);
      expect(await lanes.replace(id("3"), "new 3")).toBe(true);
      goOn();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(handed).toEqual(["1", "new 3"]);
    });

    it.each([[true], [false]])(
      "is not what is taken out while it is being stored; while another is handled: %s",
      async (isBusy) => {
        const { lanes, handed, goOn } = await underWay("1");
        if (!isBusy) {
          goOn();
          await expect.poll(() => isEmpty(lanes)).toBe(true);
        }
        const stored = lanes.append(at("2"));
        const [, isOut] = await Promise.all([stored, lanes.cancel(id("2"))]);
        expect(isOut).toBe(true);
        await lanes.append(at("3"));
        goOn();
        await expect.poll(() => isEmpty(lanes)).toBe(true);
        expect(handed.filter((body) => body !== "2")).toEqual(["1", "3"]);
        if (isBusy) expect(handed).not.toContain("2");
      },
    );

    it("is what people send again, in its old place", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const [begun, goOn] = [gate(), gate()];
      const handed: string[] = [];
      await lanes.append(at("1"));
      await lanes.start(async ({ item }) => {
        handed.push(item.body);
        if (handed.length === 1) throw new PayloadError("refused");
        if (item.body !== "2") return;
        begun.open();
        await goOn.opened;
      }, tellNobody);
      await expect.poll(async () => (await lanes.backlog()).deadLetters).toBe(1);
      for (const sort of ["2", "3", "4"]) await lanes.append(at(sort));
      await begun.opened;
      await lanes.requeue(id("1"));
      goOn.open();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(handed).toEqual(["1", "2", "1", "3", "4"]);
    });

    it("is the item itself whose attempt fails in the moment in which another arrives", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const { handed, handler } = recorder();
      await lanes.append(newItem("a"));
      await lanes.start(async (work) => {
        await handler(work);
        if (handed.length > 1) return;
        // What came of it is still to be stored when the attempt fails.
        await send(work, async () => void (await lanes.append(newItem("b"))));
        throw new NetworkError("refused");
      }, tellNobody);
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(handed).toEqual(["a", "a", "b"]);
    });

    it("is nothing that went with the item before it", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      for (const name of ["1", "2", "3", "4"]) await lanes.append(newItem(name));
      const groups: string[][] = [];
      await lanes.start(async ({ item, takeFollowing, take }) => {
        // What comes next is known by then.
        for (let look = 0; look < 3; look++) await lanes.backlog();
        const along = item.body === "1" ? [...(await takeFollowing(() => true, 1))] : [];
        if (item.body === "1") along.push(...(await take([id("4")])));
        groups.push([item.body, ...along.map(({ body }) => body)]);
      }, tellNobody);
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(groups).toEqual([["1", "2", "4"], ["3"]]);
    });
  });

  describe(`${engineName}: the next item, while the end of the last is not stored`, () => {
    /** The end of "a" cannot be stored, and "b" is handled. */
    async function aheadOf(handleB: (work: Work<Body>) => Promise<unknown>) {
      const bench = await benchForTest(open);
      const outcomes: string[] = [];
      const lanes = await bench.engine<Body>({
        onAttempt: ({ item, outcome }) => outcomes.push(`${item} ${outcome}`),
      });
      const [handed, sent, begun] = [[] as string[], [] as string[], gate()];
      for (const name of ["a", "b", "c"]) await lanes.append(newItem(name));
      await lanes.start(async (work) => {
        const { body } = work.item;
        handed.push(body);
        if (body === "a") {
          await send(work, async () => {
            await bench.failWrites(true);
            sent.push(body);
          });
        } else if (body === "b") {
          begun.open();
          await handleB(work);
        }
      }, tellNobody);
      await begun.opened;
      await expect.poll(() => outcomes).toContain("a deferred");
      return { bench, lanes, outcomes, handed, sent };
    }

    it("is handled, but nothing of it can begin, and the one behind it waits", async () => {
      const sentB: string[] = [];
      const { bench, lanes, handed, sent } = await aheadOf((work) =>
        send(work, async () => void sentB.push("b")),
      );
      expect(handed).toEqual(["a", "b"]);
      expect(sentB).toEqual([]);
      await bench.failWrites(false);
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect([sent, sentB]).toEqual([["a"], ["b"]]);
      expect(handed).toEqual(["a", "b", "b", "c"]);
    });

    it.each([["takeFollowing"], ["take"]] as const)(
      "does not take that one along once more, behind which it has arrived: %s",
      async (how) => {
        const bench = await benchForTest(open);
        const lanes = await bench.engine<Body>();
        const [begun, goOn, tried] = [gate(), gate(), gate()];
        const handed: string[][] = [];
        await lanes.append(at("5"));
        await lanes.start(async ({ item: { body }, takeFollowing, take }) => {
          const along: Item<Body>[] = [];
          if (body === "5") {
            begun.open();
            await goOn.opened;
            await bench.failWrites(true);
          } else if (body === "1") {
            const taken = how === "take" ? take([id("5"), id("9")]) : takeFollowing(() => true, 1);
            along.push(...(await taken));
            await bench.failWrites(false);
            tried.open();
          }
          handed.push([body, ...along.map((item) => item.body)]);
        }, tellNobody);
        await begun.opened;
        for (const sort of ["1", "9"]) await lanes.append(at(sort));
        // What is read meanwhile is there.
        for (let look = 0; look < 3; look++) await lanes.backlog();
        goOn.open();
        await tried.opened;
        await expect.poll(() => isEmpty(lanes)).toBe(true);
        expect(handed).toEqual([["5"], ["1", "9"]]);
      },
    );

    it("does not keep that end from being stored, however long it takes", async () => {
      const goOn = gate();
      const { bench, lanes, handed, outcomes } = await aheadOf(() => goOn.opened);
      await bench.failWrites(false);
      await expect.poll(() => outcomes).toContain("a done");
      expect(handed).toEqual(["a", "b"]);
      goOn.open();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(handed).toEqual(["a", "b", "c"]);
    });

    it("comes again behind that one after a crash, and what may have been sent is not sent again", async () => {
      const { bench, sent } = await aheadOf(never);
      await bench.crash();
      await bench.failWrites(false);
      const lanes = await bench.engine<Body>();
      const [handed, told] = [[] as string[], [] as string[]];
      await lanes.start(async (work) => {
        handed.push(work.item.body);
        await send(work, async () => void sent.push(work.item.body));
      }, toldTo(told));
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(handed).toEqual(["a", "b", "c"]);
      expect(sent).toEqual(["a", "b", "c"]);
      await expect.poll(() => told).toEqual(["a: uncertain"]);
    });

    it("keeps nothing from being told of before the engine has stopped", async () => {
      for (let turns = 0; turns < 8; turns++) {
        const bench = await benchForTest(open);
        const [told, late] = [[] as string[], [] as string[]];
        let hasStopped = false;
        const lanes = await bench.engine<Body>({
          onAttempt: ({ item }) => (hasStopped ? late : told).push(item ?? ""),
        });
        for (const name of ["a", "b", "c", "d"]) await lanes.append(newItem(name));
        await lanes.start(() => new Promise(setImmediate), tellNobody);
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
        await lanes.stop();
        hasStopped = true;
        for (let look = 0; look < 3; look++) await lanes.backlog();
        expect(late, `stopped after ${turns} turns`).toEqual([]);
      }
    });

    it("is begun by no timer once the engine has stopped, nor is that end stored by one", async () => {
      const pauseMs = 1_234_567;
      const setTimer = vi.spyOn(globalThis, "setTimeout");
      const clearTimer = vi.spyOn(globalThis, "clearTimeout");
      onTestFinished(() => {
        setTimer.mockRestore();
        clearTimer.mockRestore();
      });
      const bench = await benchForTest(open);
      const pauses: (number | undefined)[] = [];
      const lanes = await bench.engine<Body>({
        backoff: { firstMs: pauseMs, capMs: pauseMs, maxAgeMs: 2 * pauseMs },
        random: () => 1,
        onAttempt: ({ nextAttemptInMs }) => pauses.push(nextAttemptInMs),
      });
      for (const name of ["a", "b"]) await lanes.append(newItem(name));
      const begun = gate();
      await lanes.start(async ({ signal }) => {
        await bench.failWrites(true);
        begun.open();
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      }, tellNobody);
      await begun.opened;
      await lanes.stop();
      expect(pauses).toEqual([pauseMs]);
      const cleared = clearTimer.mock.calls.map(([timer]) => timer);
      for (const [index, [, ms]] of setTimer.mock.calls.entries()) {
        if (ms === pauseMs) expect(cleared).toContain(setTimer.mock.results[index]?.value);
      }
      expect(await lanes.backlog()).toMatchObject({ items: 2 });
    });

    it("is stopped with it, and neither was handled in vain if it can be stored then", async () => {
      const { bench, lanes, outcomes } = await aheadOf(
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      );
      await bench.failWrites(false);
      await lanes.stop();
      expect(outcomes.filter((each) => !each.includes("deferred")).toSorted()).toEqual([
        "a done",
        "b interrupted",
      ]);
    });
  });
}
