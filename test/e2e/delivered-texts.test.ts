import { expect, it } from "vitest";
import { sentTo } from "../support/sent.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { textsOnDisk } from "../support/texts-on-disk.ts";
import { textsIn } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

const pathOf = ({ STATE_URL = "" }: { STATE_URL?: string }) => STATE_URL.replace("sqlite:", "");

it("leaves nothing of a delivered message in the files of its state, while it runs", async () => {
  const world = await startWorld();
  const { slack, parley, env } = world;
  const { user, ts } = await handOver(world);
  const fromUser = Array.from(
    { length: 20 },
    (_, index) => `What-the-User-wrote-${index}-${"x".repeat(500)}`,
  );
  const fromAgent = ["What-the-agent-wrote", "What-the-agent-added"];
  parley.faults.add(`GET /users/${user.id}/owner`, { kind: "latency", ms: 50 }, 1);
  for (const text of fromUser) await parley.userWrites(user.id, text);
  for (const text of fromAgent) await slack.post({ user: "U0ANNA", threadTs: ts, text });
  // They are searched for in what holds them.
  await expect.poll(() => textsOnDisk(pathOf(env), fromAgent), PATIENCE).not.toEqual([]);
  await slack.waitFor(() => fromUser.every((text) => textsIn(world, ts).join().includes(text)));
  await parley.until(() => sentTo(world, user.id).length === fromAgent.length);

  await expect
    .poll(() => textsOnDisk(pathOf(env), [...fromUser, ...fromAgent]), {
      ...PATIENCE,
      timeout: 45_000,
    })
    .toEqual([]);
});
