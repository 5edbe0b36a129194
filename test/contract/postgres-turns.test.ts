import { expect, it, onTestFinished, vi } from "vitest";
import { StorageError } from "../../src/errors.ts";
import { openPostgres, type PostgresDatabase } from "../../src/state/postgres/open-postgres.ts";
import { createPostgresRounds } from "../../src/state/postgres/postgres-rounds.ts";
import { createPostgresTurns } from "../../src/state/postgres/postgres-turns.ts";
import { createTables, describePostgres, endSessions } from "../support/postgres.ts";
import { describeRounds } from "./rounds-suite.ts";
import { describeTurns } from "./turns-suite.ts";

const PATIENCE = { timeout: 10_000, interval: 20 };
const NEVER_MS = 86_400_000;

/** Two replicas on one database, and its address. */
async function openTwo(): Promise<readonly [PostgresDatabase, PostgresDatabase, string]> {
  const url = await createTables();
  const open = async () => {
    const database = await openPostgres(url, { access: "own" });
    onTestFinished(() => database.close());
    return database;
  };
  return [await open(), await open(), url];
}

describePostgres("on PostgreSQL", () => {
  describeTurns("turns of two replicas", async () => {
    const [one, other] = await openTwo();
    return [createPostgresTurns(one), createPostgresTurns(other)];
  });

  describeRounds("rounds of two replicas", async () => {
    const [one, other] = await openTwo();
    return [createPostgresRounds(one), createPostgresRounds(other)];
  });

  it("has a turn taken by another replica when the session is over in whose name it was taken", async () => {
    const [one, other, url] = await openTwo();
    const end = Promise.withResolvers<void>();
    onTestFinished(() => end.resolve());
    const begun = Promise.withResolvers<void>();
    const first = createPostgresTurns(one)("a", async () => {
      begun.resolve();
      await end.promise;
    });
    await begun.promise;
    const take = () => createPostgresTurns(other)("a", () => Promise.resolve("second"));
    // The session in whose name it waits ends too: until there is another one, it can only ask again.
    const second = take().catch(() => vi.waitFor(take, PATIENCE));

    await endSessions(url, "main");

    await expect(second).resolves.toBe("second");
    end.resolve();
    await first;
  });

  it("has a round run again by another replica when the one that ran it has lost its session", async () => {
    const [one, other, url] = await openTwo();
    const signals: AbortSignal[] = [];
    const errors: unknown[] = [];
    const work = {
      everyMs: NEVER_MS,
      async run(signal: AbortSignal) {
        signals.push(signal);
        await new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason)),
        );
      },
      onError: (thrown: unknown) => void errors.push(thrown),
    };
    const first = createPostgresRounds(one).start("a", work);
    onTestFinished(() => first.stop());
    await vi.waitFor(() => expect(signals).toHaveLength(1), PATIENCE);

    await endSessions(url, "main");

    await vi.waitFor(() => expect(signals.length).toBeGreaterThan(1), PATIENCE);
    expect(signals[0]?.aborted).toBe(true);
    const second = createPostgresRounds(other).start("a", work);
    onTestFinished(() => second.stop());
    const { length } = signals;
    await first.stop();
    await vi.waitFor(() => expect(signals.length).toBeGreaterThan(length), PATIENCE);
    expect(errors).toEqual([]);
  });

  it("wait while there is no session, also with a request that cannot be stored", async () => {
    const [one] = await openTwo();
    let isAway = false;
    let asked = 0;
    const session = () => {
      if (!isAway) return one.session();
      asked += 1;
      // Else a round that does not wait would let nobody say so.
      if (asked === 100) isAway = false;
      throw new StorageError("there is none");
    };
    let runs = 0;
    const round = createPostgresRounds({ ...one, session }).start("a", {
      everyMs: NEVER_MS,
      async run() {
        runs += 1;
      },
      onError: () => {},
    });
    onTestFinished(() => round.stop());
    await vi.waitFor(() => expect(runs).toBe(1), PATIENCE);

    isAway = true;
    round.request();
    await vi.waitFor(() => expect(asked).toBeGreaterThan(1), PATIENCE);
    expect(asked).toBeLessThan(100);
    isAway = false;
    await vi.waitFor(() => expect(runs).toBe(2), PATIENCE);
  });
});
