import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StorageError } from "../../src/errors.ts";
import { createSharedLimiters } from "../../src/state/postgres/shared-limiters.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createTables, describePostgres, endSessions } from "../support/postgres.ts";
import { openPostgresRig } from "./postgres-pace-rig.ts";
import { pass, stopTime } from "./rate-limiter-rig.ts";
import { describeRateLimiter, watch } from "./rate-limiter-suite.ts";

const RATE = { name: "posts", perSecond: 1, burst: 3 };
const AWAY = new StorageError("PostgreSQL: away");

describePostgres("the pace on PostgreSQL", () => {
  describeRateLimiter("as every rate limiter", openPostgresRig);

  describe("when something is away", () => {
    beforeEach(stopTime);
    afterEach(() => void vi.useRealTimers());

    async function openTwo(rate = RATE) {
      const rig = await openPostgresRig();
      const [a, b] = [rig.linked(), rig.linked()];
      return { rig, a: a.create(rate), b: b.create(rate), linkOfA: a.link, linkOfB: b.link };
    }

    it("goes on within two seconds without a replica that has died while it was first in line", async () => {
      const { rig, a, b, linkOfA } = await openTwo();
      const { came, ask } = watch();
      ask(a, "first");
      await pass(1, rig);
      ask(a, "dead");
      await pass(1, rig);
      linkOfA.trouble = AWAY;
      for (const each of ["second", "third", "fourth"]) ask(b, each);
      await pass(4_500, rig);
      const times = came.map(([, at]) => at);
      expect(came.map(([each]) => each)).toEqual(["first", "second", "third", "fourth"]);
      expect(times[1]).toBeGreaterThan(1_000);
      expect(times[1]).toBeLessThanOrEqual(3_000 + rig.latenessMs);
      // What was missed meanwhile is made up for, as after any quiet time.
      expect(times[3]).toBeLessThanOrEqual(4_000);
    });

    it("does not take a turn of which it hears too late, and loses no more than that one", async () => {
      const { rig, a, b, linkOfA } = await openTwo({ ...RATE, burst: 1 });
      const { came, ask } = watch();
      const { promise, resolve } = Promise.withResolvers();
      linkOfA.held = promise;
      ask(a, "frozen");
      await pass(1, rig);
      for (let n = 1; n <= 12; n++) ask(b, `${n}`);
      await pass(10_500, rig);
      expect(came.map(([, at]) => at)).toEqual(
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => n * 1_000),
      );
      delete linkOfA.held;
      resolve(undefined);
      await pass(10_000, rig);
      expect(came.map(([each]) => each)[10]).toBe("frozen");
      for (const [n, [, at]] of came.slice(1).entries()) {
        expect(at - (came[n]?.[1] ?? 0)).toBeGreaterThanOrEqual(999);
      }
      expect(came).toHaveLength(13);
    });

    it("gives a turn back that nobody wants any more", async () => {
      const { rig, a, b, linkOfA } = await openTwo({ ...RATE, burst: 1 });
      const { came, ask } = watch();
      const { promise, resolve } = Promise.withResolvers();
      const controller = new AbortController();
      linkOfA.held = promise;
      ask(a, "leaves", "C1", { signal: controller.signal });
      await pass(1, rig);
      controller.abort("left");
      delete linkOfA.held;
      resolve(undefined);
      await pass(1, rig);
      ask(b, "next");
      await pass(1, rig);
      expect(came).toEqual([
        ["leaves: left", 1],
        ["next", 2],
      ]);
    });

    it("waits while the database is away for a moment, and keeps its place", async () => {
      const { rig, a, b, linkOfA, linkOfB } = await openTwo();
      const { came, ask } = watch();
      ask(a, "first");
      await pass(1, rig);
      linkOfA.trouble = AWAY;
      linkOfB.trouble = AWAY;
      ask(a, "second");
      await pass(1, rig);
      ask(b, "third");
      await pass(4_000, rig);
      expect(came).toHaveLength(1);
      delete linkOfA.trouble;
      delete linkOfB.trouble;
      await pass(3_000, rig);
      expect(came.map(([each]) => each)).toEqual(["first", "second", "third"]);
    });

    it("lets nobody through while the database is away, and sends them away when that lasts", async () => {
      const { rig, a, linkOfA } = await openTwo();
      const { came, ask } = watch();
      linkOfA.trouble = AWAY;
      ask(a, "one");
      ask(a, "two", "C1", { priority: "low" });
      const { signal, abort } = abortable();
      ask(a, "stopped", "C1", { signal });
      await pass(4_000, rig);
      abort();
      await pass(2_000, rig);
      expect(came).toEqual([
        ["stopped: stopping", 4_000],
        [`one: ${String(AWAY)}`, 5_000],
        [`two: ${String(AWAY)}`, 5_000],
      ]);
      delete linkOfA.trouble;
      ask(a, "later");
      await pass(1, rig);
      expect(came.at(-1)).toEqual(["later", 6_000]);
    });

    it.each([-3_600_000, 3_600_000])(
      "keeps the pace when the clock of the database is set: by %i ms",
      async (byMs) => {
        const { rig, a, b } = await openTwo({ ...RATE, burst: 1 });
        const { came, ask } = watch();
        for (const each of ["1", "2", "3"]) ask(a, each);
        await pass(1, rig);
        ask(b, "4");
        await pass(1_500, rig);
        rig.setClock(byMs);
        await pass(4_000, rig);
        expect(came.map(([each]) => each)).toEqual(["1", "2", "3", "4"]);
        expect(came.at(-1)?.[1]).toBeLessThanOrEqual(4_000);
      },
    );
  });

  it("sends those away who ask in the name of a session that is over", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    const limiter = createSharedLimiters(database)({ name: "posts", perSecond: 0.01, burst: 1 });
    await limiter.acquire("C1");
    const turn = database.inNameOf(database.session(), () => limiter.acquire("C1"));
    const sentAway = expect(turn).rejects.toThrow(StorageError);
    await endSessions(url, "main");
    await sentAway;
    expect(limiter.waitMs("C1")).toBe(0);
  });

  describe("and what it costs", () => {
    beforeEach(stopTime);
    afterEach(() => void vi.useRealTimers());

    it("asks once for each turn at each replica, however many wait there, and never during a pause", async () => {
      const rig = await openPostgresRig();
      const limiters = [1, 2, 3, 4].map(() => rig.replica()(RATE));
      const { came, ask } = watch();
      for (const limiter of limiters) {
        for (let n = 0; n < 10; n++) ask(limiter, "one");
        await pass(1, rig);
      }
      const before = rig.asks;
      await pass(20_000, rig);
      expect(came).toHaveLength(21);
      expect(rig.asks - before).toBeLessThanOrEqual(20 * 5);
      limiters[0]?.pause("C1", 600_000);
      await pass(2_000, rig);
      const during = rig.asks;
      await pass(500_000, rig);
      expect(rig.asks).toBe(during);
      await pass(200_000, rig);
      expect(came).toHaveLength(40);
    });

    it("asks for several turns at once where they come fast", async () => {
      const rig = await openPostgresRig();
      const rate = { name: "posts", perSecond: 1_000, burst: 3 };
      const limiters = [rig.replica()(rate), rig.replica()(rate)];
      const { came, ask } = watch();
      for (let n = 0; n < 400; n++) {
        ask(limiters[n % 2] as (typeof limiters)[0], `${n}`);
      }
      await pass(600, rig);
      expect(came).toHaveLength(400);
      const last = came.at(-1)?.[1] ?? 0;
      expect(last).toBeGreaterThanOrEqual(396);
      expect(last).toBeLessThanOrEqual(440);
      expect(rig.asks).toBeLessThanOrEqual(160);
    });

    it("forgets keys for which nobody has asked for an hour", async () => {
      const rig = await openPostgresRig();
      const limiter = rig.replica()(RATE);
      const keys = async () => {
        const rows = await rig.database.pace.read<{ key: string }>(
          "SELECT key FROM pace UNION SELECT key FROM pace_lines",
        );
        return rows.map(({ key }) => key).sort();
      };
      const { ask } = watch();
      for (const key of ["A", "B", "B"]) ask(limiter, "one", key);
      limiter.pause("C", 7_200_000);
      await pass(1, rig);
      expect(await keys()).toEqual(["posts/A", "posts/B", "posts/C"]);
      await pass(3_700_000, rig);
      ask(limiter, "one", "D");
      await pass(1, rig);
      expect(await keys()).toEqual(["posts/C", "posts/D"]);
    });
  });

  it("goes on in another session when its own is ended", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    const limiter = createSharedLimiters(database)({ name: "posts", perSecond: 2, burst: 1 });
    await limiter.acquire("C1");
    const next = limiter.acquire("C1");
    expect(await endSessions(url, "pace")).toBe(1);
    await expect(next).resolves.toBeUndefined();
  });
});

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort("stopping") };
}
