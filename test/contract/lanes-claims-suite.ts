import { describe, expect, it } from "vitest";
import type { Handler, Lanes, StartOptions, Work } from "../../src/delivery/lanes.ts";
import { NetworkError, UncertainDeliveryError } from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { benchForTest, type LanesBench, type Replica, type ReplicasBench } from "./lanes-bench.ts";
import { anyKind, gate, newItem, send, tellNobody, toldTo } from "./lanes-suite.ts";

type Body = string;
type EngineOptions = NonNullable<Parameters<LanesBench["engine"]>[0]>;

const isEmpty = async (lanes: Lanes<Body>) => (await lanes.backlog()).items === 0;

/** Resolves when the signal is aborted, and gives up then. */
const untilLeft = ({ signal }: Work<Body>): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });

/** What a replica did, in order. */
interface Watched {
  readonly lanes: Replica<Body>;
  readonly handed: string[];
  readonly outcomes: string[];
  readonly told: string[];
}

/** What every engine has to keep whose lanes several processes may handle, each of them one after the other. */
export function describeClaims(
  engineName: string,
  open: () => Promise<ReplicasBench>,
  shareOf: (lane: string) => number,
): void {
  const share = shareOf("user-1");

  async function replica(
    bench: ReplicasBench,
    handler: Handler<Body> = () => Promise.resolve(),
    { goesAhead, ...options }: EngineOptions & StartOptions<Body> = {},
  ): Promise<Watched> {
    const [handed, outcomes, told] = [[] as string[], [] as string[], [] as string[]];
    const lanes = await bench.engine<Body>({
      onAttempt: ({ item, outcome }) => outcomes.push(`${item} ${outcome}`),
      ...options,
    });
    const handle: Handler<Body> = async (work) => {
      handed.push(work.item.body);
      await handler(work);
    };
    lanes.begin(handle, toldTo(told), goesAhead ? { goesAhead } : {});
    return { lanes, handed, outcomes, told };
  }

  /** What is under way gets on as far as it can. */
  async function rounds({ lanes }: Watched): Promise<void> {
    for (let round = 0; round < 5; round++) await lanes.backlog();
  }

  describe(`${engineName}: lanes that are ours`, () => {
    it("are handled from when they are taken, with what was taken in before", async () => {
      const bench = await benchForTest(open);
      const one = await replica(bench);
      await one.lanes.append(newItem("a"));
      await rounds(one);
      expect(one.handed).toEqual([]);
      expect(await one.lanes.take(share)).toBe(true);
      await one.lanes.append(newItem("b"));
      await expect.poll(() => isEmpty(one.lanes)).toBe(true);
      expect(one.handed).toEqual(["a", "b"]);
    });

    it("are handled by nobody else, who may take in for them, and change what waits in them", async () => {
      const bench = await benchForTest(open);
      const goOn = gate();
      const one = await replica(bench, ({ item }) =>
        item.body === "a" ? goOn.opened : Promise.resolve(),
      );
      const two = await replica(bench);
      await one.lanes.take(share);
      expect(await two.lanes.take(share)).toBe(false);
      for (const name of ["a", "b", "c", "d"]) await two.lanes.append(newItem(name));
      await expect.poll(() => one.handed).toEqual(["a"]);
      expect(await two.lanes.cancel(toItemId("b"))).toBe(true);
      expect(await two.lanes.replace(toItemId("c"), "new c")).toBe(true);
      goOn.open();
      await expect.poll(() => isEmpty(two.lanes)).toBe(true);
      expect([one.handed, two.handed]).toEqual([["a", "new c", "d"], []]);
    });

    it("go on with what somebody else sends again", async () => {
      const bench = await benchForTest(open);
      const refusals = [new UncertainDeliveryError("no answer")];
      const one = await replica(bench, async () => {
        const refusal = refusals.shift();
        if (refusal) throw refusal;
      });
      const two = await replica(bench);
      await one.lanes.take(share);
      await one.lanes.append(newItem("a"));
      await expect.poll(() => one.outcomes).toContain("a dead");
      await expect.poll(() => one.told).toEqual(["a: uncertain"]);
      expect(await two.lanes.requeue(toItemId("a"))).toBe(true);
      await expect.poll(() => one.outcomes).toContain("a done");
      expect(two.handed).toEqual([]);
    });

    it("go to and fro, and nothing in them is lost, doubled, or overtaken", async () => {
      const bench = await benchForTest(open);
      const done: string[] = [];
      let running = 0;
      const handler = async (work: Work<Body>) => {
        expect(++running).toBe(1);
        try {
          await send(work, async () => void done.push(work.item.body));
        } finally {
          running--;
        }
      };
      const both = [await replica(bench, handler), await replica(bench, handler)];
      const names = Array.from({ length: 40 }, (_, index) => `${index}`);
      for (const [index, name] of names.entries()) {
        const [from, to] = index % 2 === 0 ? both : both.toReversed();
        await from?.lanes.append(newItem(name));
        if (index % 3 > 0) continue;
        await from?.lanes.giveBack(share);
        await to?.lanes.take(share);
      }
      for (const { lanes } of both) await lanes.take(share);
      await expect.poll(() => done).toEqual(names);
      expect(both.flatMap(({ told }) => told)).toEqual([]);
    });
  });

  describe(`${engineName}: lanes that are given back`, () => {
    it("are left when the handler has returned, which is told to give up, and are handled by the next one then", async () => {
      const bench = await benchForTest(open);
      const [begun, goOn] = [gate(), gate()];
      const one = await replica(bench, async (work) => {
        begun.open();
        await untilLeft(work).catch(async (reason: unknown) => {
          await goOn.opened;
          throw reason;
        });
      });
      const two = await replica(bench);
      await one.lanes.take(share);
      for (const name of ["a", "b"]) await one.lanes.append(newItem(name));
      await begun.opened;
      let isLeft = false;
      const left = one.lanes.giveBack(share).then(() => {
        isLeft = true;
      });
      await rounds(one);
      expect([isLeft, await two.lanes.take(share)]).toEqual([false, false]);
      goOn.open();
      await left;
      expect(one.outcomes).toEqual(["a interrupted"]);
      expect(await two.lanes.take(share)).toBe(true);
      await expect.poll(() => isEmpty(two.lanes)).toBe(true);
      expect([one.handed, two.handed]).toEqual([["a"], ["a", "b"]]);
    });

    it("take the end of what was done with them, also where that could not be stored at first", async () => {
      const HOUR = 3_600_000;
      const bench = await benchForTest(open);
      const one = await replica(bench, () => bench.failWrites(true), {
        backoff: { firstMs: HOUR, capMs: HOUR, maxAgeMs: 2 * HOUR },
      });
      const two = await replica(bench);
      await one.lanes.take(share);
      await one.lanes.append(newItem("a"));
      await expect.poll(() => one.outcomes).toEqual(["a deferred"]);
      await bench.failWrites(false);
      await one.lanes.giveBack(share);
      expect(await isEmpty(two.lanes)).toBe(true);
      await two.lanes.take(share);
      await two.lanes.append(newItem("b"));
      await expect.poll(() => isEmpty(two.lanes)).toBe(true);
      expect([one.handed, two.handed]).toEqual([["a"], ["b"]]);
    });

    it("wait as long as they had to, with the next one", async () => {
      let clock = 1_000_000;
      const options = { now: () => clock };
      const bench = await benchForTest(open);
      const one = await replica(bench, () => Promise.reject(new NetworkError("refused")), {
        ...options,
        random: () => 1,
        backoff: { firstMs: 50_000, capMs: 50_000, maxAgeMs: 3_600_000 },
      });
      const two = await replica(bench, undefined, options);
      await one.lanes.take(share);
      await one.lanes.append(newItem("a"));
      await expect.poll(() => one.outcomes).toEqual(["a deferred"]);
      await one.lanes.giveBack(share);
      clock += 49_999;
      await two.lanes.take(share);
      await rounds(two);
      expect(two.handed).toEqual([]);
      clock += 1;
      await two.lanes.poll();
      await expect.poll(() => two.handed).toEqual(["a"]);
      expect(one.handed).toEqual(["a"]);
    });

    it("take nothing along of an attempt that had begun ahead", async () => {
      const bench = await benchForTest(open);
      const handler = async (work: Work<Body>) =>
        void (await work.step("send", {
          kind: anyKind,
          intent: () => work.item.body,
          run: () => untilLeft(work),
          check: () => Promise.resolve("not-done" as const),
        }));
      const one = await replica(bench, handler, { goesAhead: () => true });
      const two = await replica(bench);
      for (const name of ["a", "b"]) await one.lanes.append(newItem(name));
      await one.lanes.take(share);
      await expect.poll(() => one.lanes.hasBegun(toItemId("b"))).toBe(true);
      await one.lanes.giveBack(share);
      expect(await one.lanes.hasBegun(toItemId("b"))).toBe(false);
      // Nobody knows what became of the request that was under way.
      expect(one.outcomes).toEqual(["a deferred"]);
      await two.lanes.take(share);
      await expect.poll(() => two.handed).toContain("a");
    });
  });

  describe(`${engineName}: lanes that were lost`, () => {
    it("keep nothing that is decided of them later, and are taken anew as if nothing had been", async () => {
      const bench = await benchForTest(open);
      const [begun, goOn] = [gate(), gate()];
      const one = await replica(bench, async () => {
        if (one.handed.length > 1) return;
        begun.open();
        await goOn.opened;
      });
      await one.lanes.take(share);
      for (const name of ["a", "b"]) await one.lanes.append(newItem(name));
      await begun.opened;
      const left = one.lanes.lose();
      goOn.open();
      await left;
      expect(one.outcomes).toEqual(["a interrupted"]);
      expect(await one.lanes.backlog()).toMatchObject({ items: 2 });
      expect(await one.lanes.take(share)).toBe(true);
      await expect.poll(() => isEmpty(one.lanes)).toBe(true);
      expect(one.handed).toEqual(["a", "a", "b"]);
      expect(one.outcomes).toEqual(["a interrupted", "a done", "b done"]);
    });

    it.each([["once"], ["repeatable"]] as const)(
      "have no step done any more by one who does not know it yet: %s",
      async (kind) => {
        const bench = await benchForTest(open);
        const runs: string[] = [];
        const one = await replica(bench, async (work) => {
          one.lanes.cutOff();
          if (kind === "once") await send(work, async () => void runs.push("one"));
          else await work.step("note", { kind: anyKind, run: async () => runs.push("one") });
        });
        const two = await replica(
          bench,
          async (work) => void (await send(work, async () => void runs.push("two"))),
        );
        await one.lanes.append(newItem("a"));
        await one.lanes.take(share);
        await expect.poll(() => one.outcomes).toEqual(["a interrupted"]);
        expect(await two.lanes.take(share)).toBe(true);
        await expect.poll(() => isEmpty(two.lanes)).toBe(true);
        expect(runs).toEqual(["two"]);
      },
    );

    it("are handled by the next one from where they were lost, at whichever call that was", async () => {
      let calls = 0;
      for (let at = 0; at <= calls; at++) {
        const bench = await benchForTest(open);
        const [done, told] = [[] as string[], [] as string[]];
        const handler = (work: Work<Body>) =>
          work.step("send", {
            kind: anyKind,
            intent: () => work.item.body,
            run: async () => done.push(work.item.body),
            check: async (body) =>
              done.includes(String(body)) ? { result: 0 } : ("not-done" as const),
          });
        let made = 0;
        const one = await bench.engine<Body>({
          onCall() {
            if (made++ === at) one.cutOff();
          },
        });
        const handle = async (work: Work<Body>) => void (await handler(work));
        one.begin(handle, tellNobody, { goesAhead: () => true });
        const two = await bench.engine<Body>();
        two.begin(handle, toldTo(told), { goesAhead: () => true });
        for (const name of ["a", "b", "c"]) await two.append(newItem(name));
        await one.take(share);
        await expect
          .poll(async () => (await isEmpty(two)) || (await two.take(share)), { interval: 1 })
          .toBe(true);
        await expect.poll(() => isEmpty(two)).toBe(true);
        expect([at, done, told]).toEqual([at, ["a", "b", "c"], []]);
        if (at === 0) calls = 12;
        await one.lose();
      }
    });
  });
}
