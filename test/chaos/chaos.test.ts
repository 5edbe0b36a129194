import { expect, it } from "vitest";
import { runChaos } from "./run-chaos.ts";

/** Printed, so that a run that fails can be repeated. Odd: Socket Mode. */
const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));

it("keeps the promise while the bridge is killed and both sides make trouble", {
  timeout: 240_000,
}, async () => {
  console.log(`CHAOS_SEED=${seed}`);
  const { broken, report } = await runChaos(
    {
      seed,
      users: 24,
      messagesPerUser: 12,
      pauseMs: 900,
      killEveryMs: 3_000,
      socketMode: seed % 2 === 1,
    },
    () => undefined,
  );
  console.log(report);
  expect(broken).toEqual([]);
});
