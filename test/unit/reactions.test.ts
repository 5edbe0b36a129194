import type { WebClient } from "@slack/web-api";
import { expect, it } from "vitest";
import { createRateLimiter } from "../../src/delivery/rate-limiter.ts";
import { createPace } from "../../src/slack/pace.ts";
import { createReactions } from "../../src/slack/reactions.ts";
import { captureLog } from "../support/captured-log.ts";

const PLACE = { team: "T1", channel: "C1", ts: "1.0" };

it("takes a mark away only after it was set, however long that waits", async () => {
  const set = new Set<string>();
  const under = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const client = {
    reactions: {
      async add({ name }: { name: string }) {
        if (name === "hourglass_flowing_sand") await under.promise;
        set.add(name);
        return { ok: true };
      },
      async remove({ name }: { name: string }) {
        set.delete(name);
        over.resolve();
        return { ok: true };
      },
    },
  } as unknown as WebClient;
  const reactions = createReactions({
    client,
    pace: createPace(1_000, createRateLimiter),
    log: captureLog(),
  });

  reactions.markLater(PLACE, "1.1", "delayed");
  reactions.unmark(PLACE, "1.1", "delayed");
  await reactions.mark(PLACE, "1.1", "failed");
  under.resolve();
  await over.promise;

  expect([...set]).toEqual(["x"]);
});
