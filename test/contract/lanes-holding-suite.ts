import { describe, expect, it } from "vitest";
import type { Attempt, Lanes, NewItem } from "../../src/delivery/lanes.ts";
import { CancelledError, NetworkError, PayloadError } from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { benchForTest, type LanesBench, type LanesBenchFactory } from "./lanes-bench.ts";
import { anyKind, gate, newItem, recorder, send, tellNobody } from "./lanes-suite.ts";

type Body = string;
const id = toItemId;
const held = (name: string): NewItem<Body> => ({ ...newItem(name), held: true });

/** How many items the engine has settled for good: what must not happen would have happened by then. */
const isEmpty = async (lanes: Lanes<Body>) => (await lanes.backlog()).items === 0;

/** An engine whose handler stops at the first item between reading it and beginning with it. */
async function stoppedBeforeBegin(bench: LanesBench) {
  const attempts: Attempt[] = [];
  const lanes = await bench.engine<Body>({ onAttempt: (attempt) => attempts.push(attempt) });
  const [handed, decided] = [gate(), gate()];
  const sent: string[] = [];
  const thrown: unknown[] = [];
  let isFirst = true;
  await lanes.append(newItem("a"));
  await lanes.append(newItem("b"));
  await lanes.start(async (work) => {
    if (isFirst) {
      isFirst = false;
      handed.open();
      await decided.opened;
    }
    await send(work, async () => void sent.push(work.item.body)).catch((error: unknown) => {
      thrown.push(error);
      throw error;
    });
  }, tellNobody);
  await handed.opened;
  return { lanes, attempts, sent, thrown, goOn: () => decided.open() };
}

/** What people may still change about an item that has not begun. */
export function describeLanesHolding(engineName: string, open: LanesBenchFactory): void {
  describe(`${engineName}: what is held`, () => {
    it("does not go, nor hold up its lane, nor count as waiting or given up", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const { done, handler } = recorder();
      expect(await lanes.append(held("a"))).toBe("appended");
      expect(await lanes.append(held("a"))).toBe("duplicate");
      expect(await lanes.append(newItem("a"))).toBe("duplicate");
      expect(await lanes.backlog()).toEqual({
        items: 0,
        oldestAppendedAt: undefined,
        deadLetters: 0,
      });
      await lanes.start(handler, tellNobody);
      await lanes.append(newItem("b"));
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(done).toEqual(["b"]);
    });

    it("tells whether anything waits in a lane", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const { handler } = recorder();
      const { lane } = newItem("a");
      await lanes.append(held("a"));
      expect(await lanes.isWaiting(lane)).toBe(false);
      await lanes.append(newItem("b"));
      expect(await lanes.isWaiting(lane)).toBe(true);
      expect(await lanes.isWaiting(`${lane} of somebody else`)).toBe(false);
      await lanes.start(handler, tellNobody);
      await expect.poll(() => lanes.isWaiting(lane)).toBe(false);
    });

    it("goes once it is let go, also after a crash, and only once", async () => {
      const bench = await benchForTest(open);
      const before = await bench.engine<Body>();
      await before.append(held("a"));
      await bench.crash();
      const lanes = await bench.engine<Body>();
      const { done, handler } = recorder();
      await lanes.start(handler, tellNobody);
      const answers = await Promise.all([lanes.requeue(id("a")), lanes.requeue(id("a"))]);
      expect(answers.filter(Boolean)).toHaveLength(1);
      await expect.poll(() => done).toEqual(["a"]);
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(await lanes.requeue(id("a"))).toBe(false);
    });

    it("never goes once it is given up", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const { done, handler } = recorder();
      await lanes.append(held("a"));
      expect(await lanes.discard(id("a"))).toBe(true);
      expect(await lanes.requeue(id("a"))).toBe(false);
      expect(await lanes.append(newItem("a"))).toBe("duplicate");
      await lanes.start(handler, tellNobody);
      await lanes.append(newItem("b"));
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(done).toEqual(["b"]);
    });
  });

  describe(`${engineName}: what goes later`, () => {
    it("waits for its time, with what is behind it, in order, also across a crash", async () => {
      const bench = await benchForTest(open);
      let clock = 1_000_000;
      const options = { now: () => clock, concurrency: 1 };
      const first = await bench.engine<Body>(options);
      await first.append({ ...newItem("a", { sort: "1" }), notBefore: clock + 5_000 });
      await first.append(newItem("b", { sort: "2" }));
      await bench.crash();

      clock += 4_999;
      const lanes = await bench.engine<Body>(options);
      const { handed, handler } = recorder();
      await lanes.start(handler, tellNobody);
      // With one handler at a time, the head of the waiting lane was looked at before.
      await lanes.append(newItem("x", { lane: "other" }));
      await expect.poll(() => handed).toEqual(["x"]);
      await expect.poll(async () => (await lanes.backlog()).items).toBe(2);
      clock += 1;
      await expect.poll(() => handed).toEqual(["x", "a", "b"]);
    });

    it("can be taken out while it waits, and what is behind it goes on", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const { done, handler } = recorder();
      await lanes.start(handler, tellNobody);
      await lanes.append({ ...newItem("a"), notBefore: Date.now() + 300 });
      await lanes.append(newItem("b"));
      expect(await lanes.cancel(id("a"))).toBe(true);
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(done).toEqual(["b"]);
    });
  });

  describe(`${engineName}: what is taken out`, () => {
    it.each([
      ["waits", newItem("a")],
      ["is held", held("a")],
    ])("does not go any more while it %s, also after a crash", async (_, item) => {
      const bench = await benchForTest(open);
      const before = await bench.engine<Body>();
      await before.append(item);
      expect(await before.cancel(id("a"))).toBe(true);
      await bench.crash();
      const lanes = await bench.engine<Body>();
      const { done, handler } = recorder();
      await lanes.start(handler, tellNobody);
      expect(await lanes.append(newItem("a"))).toBe("duplicate");
      expect(await lanes.requeue(id("a"))).toBe(false);
      await lanes.append(newItem("b"));
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(done).toEqual(["b"]);
      expect(await lanes.hasBegun(id("a"))).toBe(false);
    });

    it("is not taken in when it comes later than its cancellation", async () => {
      const bench = await benchForTest(open);
      const before = await bench.engine<Body>();
      expect(await before.cancel(id("a"))).toBe(true);
      await bench.crash();
      const lanes = await bench.engine<Body>();
      const { done, handler } = recorder();
      await lanes.start(handler, tellNobody);
      expect(await lanes.append(newItem("a"))).toBe("duplicate");
      expect(await lanes.append(newItem("b"))).toBe("appended");
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(done).toEqual(["b"]);
      expect(await lanes.backlog()).toMatchObject({ deadLetters: 0 });
    });

    it("is out also when it is taken out again, was given up, or became a dead letter untouched", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      await lanes.append(newItem("twice", { lane: "1" }));
      expect(await lanes.cancel(id("twice"))).toBe(true);
      expect(await lanes.cancel(id("twice"))).toBe(true);
      await lanes.append(held("given up"));
      await lanes.discard(id("given up"));
      expect(await lanes.cancel(id("given up"))).toBe(true);
      await lanes.start(() => Promise.reject(new PayloadError("refused")), tellNobody);
      await lanes.append(newItem("dead", { lane: "2" }));
      await expect.poll(async () => (await lanes.backlog()).deadLetters).toBe(1);
      expect(await lanes.cancel(id("dead"))).toBe(true);
      expect(await lanes.backlog()).toMatchObject({ deadLetters: 0 });
      expect(await lanes.requeue(id("dead"))).toBe(false);
    });

    it("stays what it is once it has begun: under way, done, or a dead letter", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const [begun, finish] = [gate(), gate()];
      await lanes.append(newItem("a"));
      expect(await lanes.hasBegun(id("a"))).toBe(false);
      await lanes.start(async (work) => {
        await send(work);
        if (work.item.body !== "a") throw new PayloadError("refused afterwards");
        begun.open();
        await finish.opened;
      }, tellNobody);
      const isTooLate = async (name: string) => {
        expect(await lanes.cancel(id(name))).toBe(false);
        expect(await lanes.replace(id(name), "other")).toBe(false);
        expect(await lanes.hasBegun(id(name))).toBe(true);
      };
      await begun.opened;
      await isTooLate("a");
      finish.open();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      await isTooLate("a");
      await lanes.append(newItem("b"));
      await expect.poll(async () => (await lanes.backlog()).deadLetters).toBe(1);
      await isTooLate("b");
    });

    it("can be taken out after an attempt that surely did nothing", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>({
        backoff: { firstMs: 50, capMs: 50, maxAgeMs: 60_000 },
      });
      const tries: string[] = [];
      const failed = gate();
      await lanes.start(async (work) => {
        tries.push(work.item.body);
        if (work.item.body === "b") return;
        await send(work, () => Promise.reject(new NetworkError("refused"))).finally(failed.open);
      }, tellNobody);
      await lanes.append(newItem("a"));
      await lanes.append(newItem("b"));
      await failed.opened;
      expect(await lanes.cancel(id("a"))).toBe(true);
      await expect.poll(() => tries).toContain("b");
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(tries.filter((name) => name === "a").length).toBeLessThanOrEqual(1);
    });

    it("stops its handler between reading and beginning", async () => {
      const bench = await benchForTest(open);
      const { lanes, attempts, sent, thrown, goOn } = await stoppedBeforeBegin(bench);
      expect(await lanes.cancel(id("a"))).toBe(true);
      goOn();
      await expect.poll(() => sent).toEqual(["b"]);
      await expect.poll(() => attempts.map(({ outcome }) => outcome)).toEqual(["ignored", "done"]);
      expect(thrown).toEqual([expect.any(CancelledError)]);
      expect(await lanes.backlog()).toMatchObject({ items: 0, deadLetters: 0 });
    });
  });

  describe(`${engineName}: what gets another body`, () => {
    it("goes with it, in its old place, also after a crash", async () => {
      const bench = await benchForTest(open);
      const before = await bench.engine<Body>();
      for (const name of ["a", "b"]) await before.append(newItem(name));
      await before.append(held("c"));
      expect(await before.replace(id("a"), "A")).toBe(true);
      expect(await before.replace(id("c"), "C")).toBe(true);
      expect(await before.replace(id("unheard of"), "?")).toBe(false);
      await bench.crash();
      const lanes = await bench.engine<Body>();
      const { done, handler } = recorder();
      await lanes.start(handler, tellNobody);
      await lanes.requeue(id("c"));
      await expect.poll(() => done).toHaveLength(3);
      expect(done.filter((body) => body !== "C")).toEqual(["A", "b"]);
      expect(done).toContain("C");
    });

    it("goes with it when it became a dead letter untouched and is sent again", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const { done, handler } = recorder(({ body }) => {
        if (body === "a") throw new PayloadError("refused");
      });
      await lanes.start(handler, tellNobody);
      await lanes.append(newItem("a"));
      await expect.poll(async () => (await lanes.backlog()).deadLetters).toBe(1);
      expect(await lanes.replace(id("a"), "A")).toBe(true);
      expect(await lanes.backlog()).toMatchObject({ items: 0, deadLetters: 1 });
      await lanes.requeue(id("a"));
      await expect.poll(() => done).toEqual(["A"]);
    });

    it("stops a handler that holds the old one, and comes again with the new one", async () => {
      const bench = await benchForTest(open);
      const { lanes, attempts, sent, thrown, goOn } = await stoppedBeforeBegin(bench);
      expect(await lanes.replace(id("a"), "A")).toBe(true);
      goOn();
      await expect.poll(() => sent).toEqual(["A", "b"]);
      expect(thrown).toEqual([expect.any(CancelledError)]);
      await expect
        .poll(() => attempts.map(({ outcome, attempt }) => `${outcome} ${attempt}`))
        .toEqual(["ignored 1", "done 1", "done 1"]);
    });

    it("comes again with the new one also when it is alone in its lane and has just arrived", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const [handed, replaced] = [gate(), gate()];
      const sent: string[] = [];
      await lanes.start(async (work) => {
        handed.open();
        await replaced.opened;
        await send(work, async () => void sent.push(work.item.body));
      }, tellNobody);
      await lanes.append(newItem("a"));
      await handed.opened;
      expect(await lanes.replace(id("a"), "A")).toBe(true);
      replaced.open();
      await expect.poll(() => sent).toEqual(["A"]);
    });

    it("keeps no step of the old one", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const cut: string[] = [];
      await lanes.append(newItem("a"));
      await lanes.start(async ({ item, step }) => {
        const run = async () => [`${item.body}!`];
        cut.push(String(await step("cut", { kind: anyKind, run })));
        if (item.body === "a") throw new PayloadError("refused");
      }, tellNobody);
      await expect.poll(async () => (await lanes.backlog()).deadLetters).toBe(1);
      expect(await lanes.replace(id("a"), "A")).toBe(true);
      await lanes.requeue(id("a"));
      await expect.poll(() => cut).toEqual(["a!", "A!"]);
    });

    it("does not get it once it has begun, also after a crash", async () => {
      const bench = await benchForTest(open);
      const before = await bench.engine<Body>();
      const begun = gate();
      await before.append(newItem("a"));
      await before.start(async (work) => {
        await send(work, async () => {
          begun.open();
          await new Promise(() => {});
        });
      }, tellNobody);
      await begun.opened;
      await bench.crash();
      const lanes = await bench.engine<Body>();
      expect(await lanes.cancel(id("a"))).toBe(false);
      expect(await lanes.replace(id("a"), "A")).toBe(false);
    });
  });
}
