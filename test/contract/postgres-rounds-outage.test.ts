import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { createPostgresRounds } from "../../src/state/postgres/postgres-rounds.ts";

it("lets everything else go on while there is no session and a round is requested", async () => {
  let asked = 0;
  const rounds = createPostgresRounds({
    session() {
      asked += 1;
      // A loop that lets nothing else happen would never end.
      if (asked === 100) round.stop().catch(() => undefined);
      throw new Error("no session");
    },
    inNameOf: (_session, work) => work(),
    lockKey: (lock) => lock,
  });
  const round = rounds.start("repair", {
    everyMs: 86_400_000,
    run: () => Promise.resolve(),
    onError: () => undefined,
  });
  round.request();
  await turn();
  expect(asked).toBeLessThanOrEqual(2);
  await round.stop();
});
