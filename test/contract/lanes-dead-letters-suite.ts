import { describe, expect, it } from "vitest";
import type { Attempt, Lanes, OnDeadLetter } from "../../src/delivery/lanes.ts";
import {
  type BridgeError,
  NetworkError,
  PayloadError,
  StorageError,
  UncertainDeliveryError,
} from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { benchForTest, type LanesBenchFactory } from "./lanes-bench.ts";
import { failing, gate, newItem, recorder, tellNobody, toldTo } from "./lanes-suite.ts";

type Body = string;
const id = toItemId;
const dead = async (lanes: Lanes<Body>) => (await lanes.backlog()).deadLetters;
const outcomes = (attempts: readonly Attempt[]) =>
  attempts.map(({ item, outcome, attempt }) => `${item} ${outcome} ${attempt}`);

/** Every handler fails with this. */
const always = (error: Error) => () => Promise.reject(error);

/** Dead letters, and what people are told about them. */
export function describeDeadLetters(engineName: string, open: LanesBenchFactory): void {
  describe(`${engineName}: a dead letter`, () => {
    it.each<[string, BridgeError]>([
      ["a refusal", new PayloadError("unreadable")],
      ["an unknown outcome", new UncertainDeliveryError("no answer")],
    ])("is so first after %s, then people are told, and the lane goes on", async (_, error) => {
      const bench = await benchForTest(open);
      const attempts: Attempt[] = [];
      const lanes = await bench.engine<Body>({ onAttempt: (attempt) => attempts.push(attempt) });
      const { handed, done, handler } = recorder(failing(1, error));
      const seen: unknown[] = [];
      await lanes.start(handler, {
        async prepare(item, reason) {
          seen.push(["prepare", item.body, reason, await dead(lanes)]);
          return { about: item.body };
        },
        async tell(item, words) {
          seen.push(["tell", item, words, await dead(lanes)]);
        },
      } satisfies OnDeadLetter<Body>);
      await lanes.append(newItem("a"));
      await lanes.append(newItem("b"));
      await expect.poll(() => done).toEqual(["b"]);
      expect(handed).toEqual(["a", "b"]);
      expect(seen).toEqual([
        ["prepare", "a", error, 0],
        ["tell", "a", { about: "a" }, 1],
      ]);
      expect(await lanes.backlog()).toMatchObject({ deadLetters: 1 });
      expect(attempts[0]).toMatchObject({ item: "a", outcome: "dead", error });
    });

    it("is what this version does not understand: untouched, for one that does, and nobody is told", async () => {
      const bench = await benchForTest(open);
      const old = await bench.engine<Body>({ refuses: (body) => body.includes("new") });
      const { handed, done, handler } = recorder();
      const told: string[] = [];
      await old.append(newItem("a"));
      await old.append(newItem("new"));
      await old.append(newItem("b"));
      await old.start(handler, toldTo(told));
      await expect.poll(() => done).toEqual(["a", "b"]);
      expect([handed, told]).toEqual([["a", "b"], []]);
      await bench.crash();

      const lanes = await bench.engine<Body>();
      expect(await lanes.find(id("new"))).toMatchObject({ state: "dead", body: "new" });
      await lanes.start(handler, toldTo(told));
      expect(await lanes.requeue(id("new"))).toBe(true);
      await expect.poll(() => done).toEqual(["a", "b", "new"]);
    });

    it("is what has damaged progress: untouched, told of, and neither its lane nor another waits for it", async () => {
      const bench = await benchForTest(open);
      const attempts: Attempt[] = [];
      const before = await bench.engine<Body>();
      for (const name of ["a", "b"]) await before.append(newItem(name));
      await before.append(newItem("c", { lane: "user-2" }));
      await bench.damage("a", "progress");
      await bench.crash();
      const lanes = await bench.engine<Body>({ onAttempt: (attempt) => attempts.push(attempt) });
      const told: string[] = [];
      const { handed, done, handler } = recorder();
      await lanes.start(handler, toldTo(told));

      await expect.poll(() => done.toSorted()).toEqual(["b", "c"]);
      expect(handed).not.toContain("a");
      expect(attempts).toContainEqual(
        expect.objectContaining({
          item: "a",
          outcome: "dead",
          error: expect.objectContaining({ code: "unreadable" }),
        }),
      );
      expect(told).toEqual(["a: unreadable"]);
      expect(await lanes.find(id("a"))).toMatchObject({ state: "dead", body: "a" });
    });

    it("takes nothing along that has damaged progress", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      for (const name of ["a", "b", "c"]) await lanes.append(newItem(name));
      await bench.damage("b", "progress");
      const taken: string[][] = [];
      await lanes.start(async ({ item, takeFollowing, take }) => {
        const along = [...(await takeFollowing(() => true, 5)), ...(await take([id("b")]))];
        taken.push([item, ...along].map(({ body }) => body));
      }, tellNobody);
      await expect.poll(() => taken).toEqual([["a"], ["c"]]);
    });

    it("whose stored reason is damaged keeps nothing from starting, and can be sent again", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      await lanes.start(always(new PayloadError("unreadable")), tellNobody);
      await lanes.append(newItem("a"));
      await expect.poll(() => dead(lanes)).toBe(1);
      await bench.damage("a", "error");
      await bench.crash();

      const next = await bench.engine<Body>();
      const { done, handler } = recorder();
      await next.start(handler, tellNobody);
      await next.append(newItem("b"));
      await expect.poll(() => done).toEqual(["b"]);
      expect(await next.requeue(id("a"))).toBe(true);
      await expect.poll(() => done).toEqual(["b", "a"]);
    });

    it("takes nothing along that this version does not understand", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>({ refuses: (body) => body.includes("new") });
      const taken: string[][] = [];
      for (const name of ["a", "b", "new", "c"]) await lanes.append(newItem(name));
      await lanes.start(async ({ item, takeFollowing, take }) => {
        const following = await takeFollowing(() => true, 5);
        const others = item.body === "c" ? [] : await take([id("new")]);
        taken.push([item, ...following, ...others].map(({ body }) => body));
      }, tellNobody);
      await expect.poll(() => taken).toEqual([["a", "b"], ["c"]]);
      await expect.poll(() => dead(lanes)).toBe(1);
    });

    it("can be sent again by whoever reads of it, at once", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const { done, handler } = recorder(failing(1, new PayloadError("unreadable")));
      const presses: boolean[] = [];
      await lanes.start(handler, {
        prepare: () => Promise.resolve("Send it again?"),
        tell: async (item) => void presses.push(await lanes.requeue(item)),
      });
      await lanes.append(newItem("a"));
      await expect.poll(() => done).toEqual(["a"]);
      expect(presses).toEqual([true]);
    });

    it("is told of after a crash that came first, once, in the words of before", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const about = gate();
      await lanes.start(always(new PayloadError("unreadable")), {
        prepare: ({ body }) => Promise.resolve(`${body} of before`),
        async tell() {
          about.open();
          await new Promise(() => {});
        },
      });
      await lanes.append(newItem("a"));
      await about.opened;
      await bench.crash();

      const told: string[] = [];
      const words: OnDeadLetter<Body> = {
        prepare: () => Promise.reject(new Error("prepared already")),
        tell: (item, said) => Promise.resolve(void told.push(`${item}: ${String(said)}`)),
      };
      for (const name of ["b", "c"]) {
        const next = await bench.engine<Body>();
        expect(await dead(next)).toBe(1);
        const { done, handler } = recorder();
        await next.start(handler, words);
        await next.append(newItem(name));
        await expect.poll(() => done).toEqual([name]);
        await next.stop();
      }
      expect(told).toEqual(["a: a of before"]);
    });

    it("is not told of once it was sent again or given up before anybody could be told", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const about = gate();
      await lanes.start(always(new PayloadError("unreadable")), {
        prepare: () => Promise.resolve("words"),
        async tell(item) {
          if (item === "b") about.open();
          await new Promise(() => {});
        },
      });
      for (const name of ["a", "b"]) await lanes.append(newItem(name, { lane: name }));
      await about.opened;
      await expect.poll(() => dead(lanes)).toBe(2);
      await bench.crash();

      const next = await bench.engine<Body>();
      await next.discard(id("b"));
      await bench.crash();
      const last = await bench.engine<Body>();
      await last.requeue(id("a"));
      await bench.crash();
      const told: string[] = [];
      const { done, handler } = recorder();
      await (await bench.engine<Body>()).start(handler, toldTo(told));
      await expect.poll(() => done).toEqual(["a"]);
      expect(told).toEqual([]);
    });

    it("can be found, like what waits and what is held, until it is done", async () => {
      const bench = await benchForTest(open);
      let clock = 1_000;
      const lanes = await bench.engine<Body>({ now: () => clock });
      const { handler } = recorder(failing(1, new PayloadError("unreadable")));
      await lanes.append({ ...newItem("held", { lane: "other" }), held: true });
      await lanes.append(newItem("a"));
      const find = async (name: string) => await lanes.find(id(name));
      expect(await find("held")).toEqual({
        lane: "other",
        body: "held",
        state: "held",
        appendedAt: 1_000,
      });
      expect(await find("a")).toMatchObject({ lane: "user-1", state: "waiting" });
      await lanes.start(handler, tellNobody);
      await expect.poll(async () => (await find("a"))?.state).toBe("dead");
      clock = 2_000;
      await lanes.requeue(id("a"));
      await expect.poll(() => find("a")).toBeUndefined();
      expect(await find("unheard of")).toBeUndefined();
    });
  });

  describe(`${engineName}: a defect`, () => {
    it("is tried a few times, then becomes a dead letter that people are told of, and the lane goes on", async () => {
      const bench = await benchForTest(open);
      const attempts: Attempt[] = [];
      const lanes = await bench.engine<Body>({ onAttempt: (attempt) => attempts.push(attempt) });
      const told: string[] = [];
      const { done, handler } = recorder(({ body }) => {
        if (body === "a") throw new TypeError("x is not a function");
      });
      await lanes.start(handler, toldTo(told));
      await lanes.append(newItem("a"));
      await lanes.append(newItem("b"));
      await expect.poll(() => done).toEqual(["b"]);
      expect(told).toEqual(["a: defect"]);
      expect(await dead(lanes)).toBe(1);
      expect(outcomes(attempts)).toEqual(["a deferred 1", "a deferred 2", "a dead 3", "b done 1"]);
    });

    it("that passes is none", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const { done, handler } = recorder(failing(2, new RangeError("too far")));
      await lanes.start(handler, tellNobody);
      await lanes.append(newItem("a"));
      await expect.poll(() => done).toEqual(["a"]);
    });

    it.each(["prepare", "tell"] as const)("in a notice (%s) holds up nothing", async (where) => {
      const bench = await benchForTest(open);
      const attempts: Attempt[] = [];
      const lanes = await bench.engine<Body>({ onAttempt: (attempt) => attempts.push(attempt) });
      const { handed, done, handler } = recorder(({ body }) => {
        if (body === "a") throw new PayloadError("unreadable");
      });
      await lanes.start(handler, {
        prepare: () =>
          where === "prepare" ? Promise.reject(new TypeError("no")) : Promise.resolve("words"),
        tell: () => Promise.reject(new TypeError("no")),
      });
      await lanes.append(newItem("a"));
      await lanes.append(newItem("b"));
      await expect.poll(() => done).toEqual(["b"]);
      expect(handed).toEqual(["a", "b"]);
      expect(await dead(lanes)).toBe(1);
      const failed = attempts.filter(({ error }) => error?.code === "defect");
      expect(outcomes(failed)).toEqual(["a deferred 1", "a deferred 2", "a deferred 3"]);
    });
  });

  describe(`${engineName}: a state that cannot be written or read`, () => {
    /** With a handler that breaks the state while it has its first item, and is asked no more than once for each. */
    async function broken(how: "failWrites" | "failReads", error?: BridgeError) {
      const bench = await benchForTest(open);
      const attempts: Attempt[] = [];
      const lanes = await bench.engine<Body>({
        backoff: { firstMs: 2, capMs: 8, maxAgeMs: 60_000 },
        random: () => 1,
        onAttempt: (attempt) => attempts.push(attempt),
      });
      const told: string[] = [];
      let isFirst = true;
      const recorded = recorder(async () => {
        if (!isFirst) return;
        isFirst = false;
        await bench[how](true);
        if (error) throw error;
      });
      for (const name of ["a", "b", "c"]) await lanes.append(newItem(name));
      await lanes.start(recorded.handler, toldTo(told));
      return { bench, lanes, attempts, told, ...recorded };
    }

    it.each(["failWrites", "failReads"] as const)(
      "is tried again with growing pauses and reported, no handler runs twice, and one item at most goes ahead: %s",
      async (how) => {
        const { bench, attempts, handed, done } = await broken(how);
        await expect.poll(() => attempts.length).toBeGreaterThanOrEqual(5);
        expect(handed).not.toContain("c");
        for (const attempt of attempts) {
          expect(attempt).toMatchObject({ item: "a", lane: "user-1", outcome: "deferred" });
          expect(attempt.error).toBeInstanceOf(StorageError);
        }
        expect(attempts.slice(0, 5).map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
        expect(attempts.slice(0, 5).map((each) => each.nextAttemptInMs)).toEqual([2, 4, 8, 8, 8]);

        await bench[how](false);
        await expect.poll(() => done).toEqual(["a", "b", "c"]);
        expect(handed).toEqual(["a", "b", "c"]);
        await expect
          .poll(() => outcomes(attempts).filter((each) => !each.includes("deferred")))
          .toEqual(["a done 1", "b done 1", "c done 1"]);
      },
    );

    it("keeps a refused item, which becomes a dead letter that people are told of when it works again", async () => {
      const { bench, lanes, attempts, told, handed, done } = await broken(
        "failWrites",
        new PayloadError("unreadable"),
      );
      await expect.poll(() => attempts.length).toBeGreaterThanOrEqual(3);
      expect(handed).toEqual(["a"]);
      expect(await lanes.backlog()).toMatchObject({ items: 3, deadLetters: 0 });
      expect(told).toEqual([]);
      await bench.failWrites(false);
      await expect.poll(() => done).toEqual(["b", "c"]);
      expect(handed).toEqual(["a", "b", "c"]);
      expect(told).toEqual(["a: payload"]);
    });

    it("is tried again after a pause also where the item had waited for its time", async () => {
      const bench = await benchForTest(open);
      const attempts: Attempt[] = [];
      const lanes = await bench.engine<Body>({
        backoff: { firstMs: 3_600_000, capMs: 3_600_000, maxAgeMs: 86_400_000 },
        random: () => 1,
        onAttempt: (attempt) => attempts.push(attempt),
      });
      const { handed, handler } = recorder(() => bench.failWrites(true));
      await lanes.append({ ...newItem("a"), notBefore: Date.now() + 20 });
      await lanes.start(handler, tellNobody);
      await expect.poll(() => attempts.length).toBe(1);
      // Without one it would be tried again and again meanwhile.
      for (let times = 0; times < 30; times++) await lanes.isWaiting("user-1");
      expect([attempts.length, handed]).toEqual([1, ["a"]]);
      await bench.failWrites(false);
    });

    it("is reported also where not even the lane can be read", async () => {
      const bench = await benchForTest(open);
      const attempts: Attempt[] = [];
      const lanes = await bench.engine<Body>({
        concurrency: 1,
        onAttempt: (attempt) => {
          if (attempt.lane === "user-1") attempts.push(attempt);
        },
      });
      await lanes.append(newItem("first", { lane: "other" }));
      for (const name of ["a", "b"]) await lanes.append(newItem(name));
      const { done, handler } = recorder(async ({ body }) => {
        if (body === "first") await bench.failReads(true);
        // Which lane comes first is for the engine to say.
        else if (!done.includes("first")) throw new NetworkError("not yet");
      });
      await lanes.start(handler, tellNobody);
      const unread = () => attempts.filter(({ item }) => item === undefined);
      await expect.poll(() => unread().length).toBeGreaterThanOrEqual(3);
      expect(unread()[0]).toMatchObject({ lane: "user-1", attempt: 1, outcome: "deferred" });
      await bench.failReads(false);
      await expect.poll(() => done).toEqual(["first", "a", "b"]);
    });

    it("keeps what nobody could be told, and tells it when it works again", async () => {
      const bench = await benchForTest(open);
      const attempts: Attempt[] = [];
      const lanes = await bench.engine<Body>({ onAttempt: (attempt) => attempts.push(attempt) });
      const { done, handler } = recorder(({ body }) => {
        if (body === "a") throw new PayloadError("unreadable");
      });
      const told: string[] = [];
      const fail = failing(3, new StorageError("full"));
      await lanes.start(handler, {
        ...toldTo(told),
        async tell(item, words) {
          fail();
          await toldTo(told).tell(item, words);
        },
      });
      await lanes.append(newItem("a"));
      await lanes.append(newItem("b"));
      // An attempt is reported only after its outcome is stored.
      await expect
        .poll(() => outcomes(attempts))
        .toEqual(["a dead 1", "a deferred 1", "a deferred 2", "a deferred 3", "b done 1"]);
      expect(done).toEqual(["b"]);
      expect(told).toEqual(["a: payload"]);
    });
  });
}
