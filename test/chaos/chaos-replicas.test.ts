import { expect, it } from "vitest";
import { describePostgres } from "../support/postgres.ts";
import { runChaos } from "./run-chaos.ts";

describePostgres("several replicas on one PostgreSQL", () => {
  // Each time the same trouble, as far as processes allow that: one in HTTP mode, one in Socket Mode.
  it.each([
    { seed: 20, withoutAnswer: "repeats" },
    { seed: 21, withoutAnswer: "fails" },
  ] as const)(
    "keep the promise while they are killed, frozen and cut off (seed $seed)",
    { timeout: 240_000 },
    async ({ seed, withoutAnswer }) => {
      const { broken, report } = await runChaos(
        {
          seed,
          users: 14,
          messagesPerUser: 12,
          pauseMs: 900,
          killEveryMs: 2_500,
          socketMode: seed % 2 === 1,
          replicas: { count: 3, withoutAnswer },
        },
        () => undefined,
      );
      console.log(report);
      expect(broken).toEqual([]);
    },
  );
});
