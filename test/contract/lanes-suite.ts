import { describe, expect, it } from "vitest";
import type {
  Attempt,
  Handler,
  Item,
  NewItem,
  OnDeadLetter,
  Work,
} from "../../src/delivery/lanes.ts";
import type { StepKind } from "../../src/delivery/step.ts";
import {
  ConversationClosedError,
  NetworkError,
  RateLimitedError,
  StorageError,
} from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { benchForTest, type Engine, type LanesBenchFactory } from "./lanes-bench.ts";

type Body = string;

export const newItem = (
  name: string,
  more: Partial<Pick<NewItem<Body>, "lane" | "sort">> = {},
): NewItem<Body> => ({ lane: "user-1", id: toItemId(name), body: name, ...more });

/** Of steps whose intents and results are any JSON. */
export const anyKind: StepKind<unknown, unknown> = {
  readIntent: (stored) => stored,
  readResult: (stored) => stored,
};

/** Sends the item, so to speak: once, and nobody can look whether it went. */
export const send = (work: Work<Body>, run: () => Promise<void> = async () => {}) =>
  work.step("send", {
    kind: anyKind,
    intent: () => null,
    async run() {
      await run();
      return null;
    },
  });

/** A handler that keeps what it was handed, does what it is told, and otherwise succeeds. */
export function recorder(behave: (item: Item<Body>) => void | Promise<void> = () => {}) {
  const handed: string[] = [];
  const done: string[] = [];
  const handler: Handler<Body> = async ({ item }) => {
    handed.push(item.body);
    await behave(item);
    done.push(item.body);
  };
  return { handed, done, handler };
}

/** Something that a test opens when it likes. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

export const tellNobody: OnDeadLetter<Body> = {
  prepare: () => Promise.resolve(undefined),
  tell: () => Promise.resolve(),
};

/** Everybody is told, and what they are told is kept. */
export function toldTo(told: string[]): OnDeadLetter<Body> {
  return {
    prepare: ({ body }, { code }) => Promise.resolve(`${body}: ${code}`),
    tell: (_, words) => Promise.resolve(void told.push(String(words))),
  };
}

/** Fails its first `times` calls with `error`. */
export const failing = (times: number, error: Error) => {
  let left = times;
  return () => {
    if (left-- > 0) throw error;
  };
};

const start = (
  lanes: Pick<Engine<Body>, "start">,
  handler: Handler<Body>,
  onDeadLetter: OnDeadLetter<Body> = tellNobody,
) => lanes.start(handler, onDeadLetter);

/** What every engine of lanes has to keep. */
export function describeLanes(engineName: string, open: LanesBenchFactory): void {
  describe(`${engineName}: storing and order`, () => {
    it("keeps an item that was appended right before a crash", async () => {
      const bench = await benchForTest(open);
      const before = await bench.engine<Body>();
      expect(await before.append(newItem("a"))).toBe("appended");
      await bench.crash();

      const { done, handler } = recorder();
      await start(await bench.engine<Body>(), handler);
      await expect.poll(() => done).toEqual(["a"]);
    });

    it("knows an item again while it waits, after it is done, and after a crash", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      await lanes.append(newItem("a"));
      expect(await lanes.append(newItem("a"))).toBe("duplicate");
      const first = recorder();
      await start(lanes, first.handler);
      await expect.poll(async () => (await lanes.backlog()).items).toBe(0);
      expect(await lanes.append(newItem("a"))).toBe("duplicate");
      await bench.crash();

      const next = await bench.engine<Body>();
      expect(await next.append(newItem("a"))).toBe("duplicate");
      const second = recorder();
      await start(next, second.handler);
      await next.append(newItem("b"));
      await expect.poll(() => second.done).toEqual(["b"]);
      expect(first.done).toEqual(["a"]);
    });

    it("stores one of two equal items that arrive at the same moment", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const results = await Promise.all([lanes.append(newItem("a")), lanes.append(newItem("a"))]);
      expect(results.toSorted()).toEqual(["appended", "duplicate"]);
      expect(await lanes.backlog()).toMatchObject({ items: 1 });
    });

    it("rejects when nothing could be stored, and takes the item at the next try", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const { done, handler } = recorder();
      await start(lanes, handler);
      await bench.failWrites(true);
      await expect(lanes.append(newItem("a"))).rejects.toThrow(StorageError);
      await bench.failWrites(false);
      expect(await lanes.append(newItem("a"))).toBe("appended");
      await expect.poll(() => done).toEqual(["a"]);
    });

    it("hands out a lane in the order of arrival, one item at a time", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      let running = 0;
      const { done, handler } = recorder(async () => {
        expect(++running).toBe(1);
        await Promise.resolve();
        running--;
      });
      await start(lanes, handler);
      const names = Array.from({ length: 30 }, (_, index) => `item ${index}`);
      await Promise.all(names.map((name) => lanes.append(newItem(name))));
      await expect.poll(() => done).toEqual(names);
    });

    it("orders items by their sort key, and never across an item that has none", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      await lanes.append(newItem("late", { sort: "3" }));
      await lanes.append(newItem("early", { sort: "1" }));
      await lanes.append(newItem("barrier"));
      await lanes.append(newItem("after, late", { sort: "2" }));
      await lanes.append(newItem("after, early", { sort: "0" }));
      const { done, handler } = recorder();
      await start(lanes, handler);
      await expect
        .poll(() => done)
        .toEqual(["early", "late", "barrier", "after, early", "after, late"]);
    });

    it("lets a late arrival with an earlier sort key overtake what only waits", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const first = gate();
      const { handed, done, handler } = recorder((item) =>
        item.body === "1" ? first.opened : undefined,
      );
      await start(lanes, handler);
      await lanes.append(newItem("1", { sort: "1" }));
      await expect.poll(() => handed).toEqual(["1"]);
      await lanes.append(newItem("3", { sort: "3" }));
      await lanes.append(newItem("2", { sort: "2" }));
      first.open();
      await expect.poll(() => done).toEqual(["1", "2", "3"]);
    });

    it("keeps the order of sort keys where a crash fell behind an item without one", async () => {
      const bench = await benchForTest(open);
      const before = await bench.engine<Body>();
      const stuck = gate();
      await start(before, async ({ item }) => (item.body === "5" ? await stuck.opened : undefined));
      await before.append(newItem("barrier"));
      await before.append(newItem("5", { sort: "5" }));
      await expect.poll(async () => (await before.backlog()).items).toBe(1);
      await bench.crash();

      const after = await bench.engine<Body>();
      await after.append(newItem("6", { sort: "6" }));
      const { done, handler } = recorder();
      await start(after, handler);
      await expect.poll(() => done).toEqual(["5", "6"]);
    });

    it("never lets a lane wait for another", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const stuck = gate();
      const { done, handler } = recorder((item) =>
        item.lane === "stuck" ? stuck.opened : undefined,
      );
      await start(lanes, handler);
      await lanes.append(newItem("x", { lane: "stuck" }));
      await lanes.append(newItem("y", { lane: "free" }));
      await lanes.append(newItem("z", { lane: "free" }));
      await expect.poll(() => done).toEqual(["y", "z"]);
      stuck.open();
      await expect.poll(() => done).toEqual(["y", "z", "x"]);
    });

    it("runs no more handlers at once than it may", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>({ concurrency: 3 });
      const all = gate();
      let running = 0;
      let most = 0;
      await start(lanes, async () => {
        most = Math.max(most, ++running);
        await all.opened;
        running--;
      });
      const names = Array.from({ length: 10 }, (_, index) => `${index}`);
      await Promise.all(names.map((name) => lanes.append(newItem(name, { lane: name }))));
      await expect.poll(() => running).toBe(3);
      all.open();
      await expect.poll(async () => (await lanes.backlog()).items).toBe(0);
      expect(most).toBe(3);
    });
  });

  describe(`${engineName}: failing and trying again`, () => {
    it("tries again with growing pauses until the handler succeeds, and then goes on", async () => {
      const bench = await benchForTest(open);
      const attempts: Attempt[] = [];
      const lanes = await bench.engine<Body>({
        backoff: { firstMs: 2, capMs: 6, maxAgeMs: 60_000 },
        random: () => 1,
        onAttempt: (attempt) => attempts.push(attempt),
      });
      const fail = failing(4, new NetworkError("refused"));
      const { done, handler } = recorder(fail);
      await start(lanes, handler);
      await lanes.append(newItem("a"));
      await lanes.append(newItem("b"));
      await expect.poll(() => done).toEqual(["a", "b"]);
      await expect.poll(() => attempts).toHaveLength(6);
      expect(attempts.map(({ outcome, attempt }) => `${outcome} ${attempt}`)).toEqual([
        "deferred 1",
        "deferred 2",
        "deferred 3",
        "deferred 4",
        "done 5",
        "done 1",
      ]);
      expect(attempts.map(({ nextAttemptInMs }) => nextAttemptInMs)).toEqual([
        2,
        4,
        6,
        6,
        undefined,
        undefined,
      ]);
    });

    it("waits exactly as long as the other side asks, also across a crash", async () => {
      const bench = await benchForTest(open);
      let clock = 1_000_000;
      const options = { now: () => clock, concurrency: 1 };
      const pauses: (number | undefined)[] = [];
      const before = await bench.engine<Body>({
        ...options,
        onAttempt: ({ nextAttemptInMs }) => pauses.push(nextAttemptInMs),
      });
      await start(before, () => Promise.reject(new RateLimitedError("429", 37_000)));
      await before.append(newItem("a"));
      await expect.poll(() => pauses).toEqual([37_000]);
      await bench.crash();

      const after = await bench.engine<Body>(options);
      const { handed, handler } = recorder();
      clock += 36_999;
      await start(after, handler);
      // With one handler at a time, the head of the waiting lane was looked at before.
      await after.append(newItem("b", { lane: "other" }));
      await expect.poll(() => handed).toEqual(["b"]);
      clock += 1;
      await expect.poll(() => handed).toEqual(["b", "a"]);
    });

    it("gives up an item that is too old at its next failure", async () => {
      const bench = await benchForTest(open);
      let clock = 0;
      const lanes = await bench.engine<Body>({
        now: () => clock,
        backoff: { firstMs: 1, capMs: 1, maxAgeMs: 10_000 },
        onAttempt: () => {
          clock += 6_000;
        },
      });
      const outcomes: string[] = [];
      await start(lanes, () => Promise.reject(new NetworkError("refused")), {
        prepare: (item, { code }) => Promise.resolve(`${code} in attempt ${item.attempt}`),
        tell: (item, words) => Promise.resolve(void outcomes.push(`${item} ${String(words)}`)),
      });
      await lanes.append(newItem("a"));
      await expect.poll(() => outcomes).toEqual(["a network in attempt 3"]);
    });

    it("counts an item as done whose failure is to be ignored", async () => {
      const bench = await benchForTest(open);
      const outcomes: string[] = [];
      const lanes = await bench.engine<Body>({
        onAttempt: ({ outcome }) => outcomes.push(outcome),
      });
      const told: string[] = [];
      const { done, handler } = recorder(failing(1, new ConversationClosedError("c_1")));
      await start(lanes, handler, toldTo(told));
      await lanes.append(newItem("a"));
      await lanes.append(newItem("b"));
      await expect.poll(() => done).toEqual(["b"]);
      await expect.poll(() => outcomes).toEqual(["ignored", "done"]);
      expect(told).toEqual([]);
      expect(await lanes.backlog()).toMatchObject({ items: 0, deadLetters: 0 });
      expect(await lanes.append(newItem("a"))).toBe("duplicate");
    });
  });
}
