import { describe, expect, it } from "vitest";
import type { Attempt } from "../../src/delivery/lanes.ts";
import {
  ConversationClosedError,
  NetworkError,
  PayloadError,
  StorageError,
} from "../../src/errors.ts";
import { benchForTest, type LanesBenchFactory } from "./lanes-bench.ts";
import { failing, gate, newItem, tellNobody } from "./lanes-suite.ts";

type Body = string;

/** What is stored together with the end of an item. */
export function describeEnds(engineName: string, open: LanesBenchFactory): void {
  describe(`${engineName}: the end of an item`, () => {
    it("stores with it what its handler wants, in order, after the handler and before the item is reported as done", async () => {
      const bench = await benchForTest(open);
      const seen: string[] = [];
      const lanes = await bench.engine<Body>({
        onAttempt: ({ item, outcome }) => seen.push(`${item} ${outcome}`),
      });
      await lanes.append(newItem("a"));
      await lanes.start(async (work) => {
        work.atEnd(async () => seen.push("first"));
        work.atEnd(async () => seen.push("second"));
        await new Promise(setImmediate);
        seen.push("handled");
      }, tellNobody);
      await expect.poll(() => seen).toEqual(["handled", "first", "second", "a done"]);
    });

    it.each([
      ["is tried again", new NetworkError("refused"), ["a", "a"]],
      ["is refused", new PayloadError("refused"), ["a"]],
      ["is ignored", new ConversationClosedError("c"), ["a"]],
    ])("stores nothing of it when the attempt fails and the item %s", async (_, error, handed) => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const fail = failing(1, error);
      const [seen, stored] = [[] as string[], [] as string[]];
      await lanes.append(newItem("a"));
      await lanes.append(newItem("b"));
      await lanes.start(async (work) => {
        const { body } = work.item;
        seen.push(body);
        work.atEnd(async () => stored.push(`${body}, time ${seen.length}`));
        if (body === "a") fail();
      }, tellNobody);
      await expect.poll(async () => (await lanes.backlog()).items).toBe(0);
      expect(seen).toEqual([...handed, "b"]);
      expect(stored).toEqual(handed.length === 2 ? ["a, time 2", "b, time 3"] : ["b, time 2"]);
    });

    it("tries again only what could not be stored, and does not handle the item again", async () => {
      const bench = await benchForTest(open);
      const attempts: Pick<Attempt, "item" | "outcome">[] = [];
      const lanes = await bench.engine<Body>({
        onAttempt: ({ item, outcome }) => attempts.push({ ...(item && { item }), outcome }),
      });
      const fail = failing(2, new StorageError("disk full"));
      const seen: string[] = [];
      await lanes.append(newItem("a"));
      await lanes.start(async (work) => {
        seen.push("handled");
        work.atEnd(async () => seen.push("first"));
        work.atEnd(async () => {
          fail();
          seen.push("second");
        });
      }, tellNobody);
      await expect.poll(() => seen).toEqual(["handled", "first", "second"]);
      await expect.poll(() => attempts.map(({ outcome }) => outcome)).toHaveLength(3);
      expect(attempts).toEqual(
        ["deferred", "deferred", "done"].map((outcome) => ({ item: "a", outcome })),
      );
    });

    it("keeps what was stored, and waits, while the end itself cannot be stored", async () => {
      const bench = await benchForTest(open);
      const outcomes: string[] = [];
      const lanes = await bench.engine<Body>({
        onAttempt: ({ outcome }) => outcomes.push(outcome),
      });
      const [seen, handed] = [[] as string[], gate()];
      for (const name of ["a", "b", "c"]) await lanes.append(newItem(name));
      await lanes.start(async (work) => {
        const { body } = work.item;
        if (body === "a") {
          await bench.failWrites(true);
          handed.open();
        }
        work.atEnd(async () => seen.push(body));
      }, tellNobody);
      await handed.opened;
      await expect.poll(() => outcomes.length).toBeGreaterThan(1);
      expect(new Set(outcomes)).toEqual(new Set(["deferred"]));
      expect(seen).not.toContain("c");
      await bench.failWrites(false);
      await expect.poll(async () => (await lanes.backlog()).items).toBe(0);
      expect(seen).toEqual(["a", "b", "c"]);
    });

    it("goes on without what a defect or something unreadable keeps from being stored", async () => {
      const bench = await benchForTest(open);
      const codes: (string | undefined)[] = [];
      const lanes = await bench.engine<Body>({
        onAttempt: ({ error }) => codes.push(error?.code),
      });
      for (const name of ["a", "b"]) await lanes.append(newItem(name));
      await lanes.start(async (work) => {
        if (work.item.body === "a") work.atEnd(() => Promise.reject(new TypeError("a defect")));
      }, tellNobody);
      await expect.poll(async () => (await lanes.backlog()).items).toBe(0);
      await expect.poll(() => codes).toEqual(["defect", "defect", "defect", undefined, undefined]);
    });
  });
}
