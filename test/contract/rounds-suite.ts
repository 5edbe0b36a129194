import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Round, Rounds } from "../../src/rounds.ts";

/** The rounds of two replicas, until the end of the test. */
type OpenReplicas = () => Promise<readonly [Rounds, Rounds]>;

/** So seldom that only requests count. */
const NEVER_MS = 86_400_000;

/** What several replicas run. Each run lasts until it is let go, or is to end; with `isQuick` no longer than it must. */
function createWork(isQuick = false) {
  const running: PromiseWithResolvers<void>[] = [];
  const errors: unknown[] = [];
  const seen = { begun: 0, ended: 0, atOnce: 0, most: 0 };
  return {
    seen,
    errors,
    /** Resolves when so many have begun in all. */
    begun: (count: number) =>
      vi.waitFor(() => expect(seen.begun).toBeGreaterThanOrEqual(count), 10_000),
    /** Lets those that run now end. */
    letGo: () => {
      for (const each of running.splice(0)) each.resolve();
    },
    fail: (error: Error) => {
      for (const each of running.splice(0)) each.reject(error);
    },
    async run(signal: AbortSignal): Promise<void> {
      seen.begun += 1;
      seen.atOnce += 1;
      seen.most = Math.max(seen.most, seen.atOnce);
      const end = Promise.withResolvers<void>();
      if (isQuick) setImmediate(end.resolve);
      else running.push(end);
      signal.addEventListener("abort", () => end.reject(signal.reason));
      try {
        await end.promise;
      } finally {
        seen.atOnce -= 1;
        seen.ended += 1;
      }
    },
    onError: (thrown: unknown) => void errors.push(thrown),
  };
}

type Work = ReturnType<typeof createWork>;

/** Starts rounds that are stopped at the end of the test, whatever becomes of it. */
function startIn(rounds: Rounds, name: string, work: Work, everyMs = NEVER_MS): Round {
  const { run, onError } = work;
  const round = rounds.start(name, { everyMs, run, onError });
  onTestFinished(() => round.stop());
  return round;
}

/** What everybody keeps who has rounds run for all replicas. */
export function describeRounds(name: string, open: OpenReplicas): void {
  describe(name, () => {
    it("run once soon after the start, and then when their time has come", async () => {
      const [rounds] = await open();
      const work = createWork(true);
      startIn(rounds, "a", work, 20);
      await work.begun(4);
      expect(work.seen.most).toBe(1);
    });

    it("run at the request of any replica, and again for one that is made while they run", async () => {
      const [rounds, others] = await open();
      const work = createWork();
      startIn(rounds, "a", work);
      await work.begun(1);
      const other = startIn(others, "a", work);
      other.request();
      expect(work.seen.begun).toBe(1);
      work.letGo();
      await work.begun(2);
      other.request();
      work.letGo();
      await work.begun(3);
      expect(work.seen.most).toBe(1);
    });

    it("run one at a time, however many ask, and as often as they have to", async () => {
      const [rounds, others] = await open();
      const work = createWork(true);
      const each = [startIn(rounds, "a", work), startIn(others, "a", work)];
      for (let turn = 0; turn < 20; turn++) {
        const { begun } = work.seen;
        each[turn % 2]?.request();
        await work.begun(begun + 1);
      }
      expect(work.seen.most).toBe(1);
    });

    it("do not wait for those of another name", async () => {
      const [rounds, others] = await open();
      const slow = createWork();
      startIn(rounds, "slow", slow);
      await slow.begun(1);
      const quick = createWork(true);
      startIn(others, "quick", quick);
      await quick.begun(1);
      expect(slow.seen.ended).toBe(0);
    });

    it("go on after one that failed, which is told", async () => {
      const [rounds] = await open();
      const work = createWork();
      const round = startIn(rounds, "a", work);
      await work.begun(1);
      work.fail(new Error("not today"));
      await vi.waitFor(() => expect(work.errors).toEqual([new Error("not today")]), 10_000);
      round.request();
      await work.begun(2);
    });

    it("are ended by a stop, which is no failure, and run on another replica from then on", async () => {
      const [rounds, others] = await open();
      const work = createWork();
      const round = startIn(rounds, "a", work);
      await work.begun(1);
      await round.stop();
      expect(work.seen).toMatchObject({ begun: 1, ended: 1 });
      round.request();
      const elsewhere = createWork();
      const other = startIn(others, "a", elsewhere);
      await elsewhere.begun(1);
      elsewhere.letGo();
      other.request();
      await elsewhere.begun(2);
      expect(work.seen.begun).toBe(1);
      expect([...work.errors, ...elsewhere.errors]).toEqual([]);
    });

    it("are ended by a stop while they wait for another replica", async () => {
      const [rounds, others] = await open();
      const work = createWork();
      startIn(rounds, "a", work);
      await work.begun(1);
      const waiting = createWork();
      const other = startIn(others, "a", waiting);
      await other.stop();
      expect(waiting.seen.begun).toBe(0);
      expect(waiting.errors).toEqual([]);
    });
  });
}
