import { expect, it } from "vitest";
import { numbered } from "../support/numbered.ts";
import { type BridgeProcess, startBridgeProcess } from "../support/process.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, textsTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const USERS = 6;
const RESTARTS = 2;

/** Both sides write to all Users until told to stop; returns how many messages each got from either side. */
function writeSteadily({ slack, parley }: World, users: readonly { id: string; ts: string }[]) {
  let going = true;
  let count = 0;
  const written = (async () => {
    while (going) {
      const n = count++;
      const sent = users.flatMap(({ id, ts }) => [
        parley.userWrites(id, `user ${n}`).then(({ delivered }) => delivered),
        slack
          .post({ user: "U0ANNA", threadTs: ts, text: `agent ${n}` })
          .then(({ delivered }) => delivered),
      ]);
      await Promise.all(sent);
    }
    return count;
  })();
  return {
    written: () => count,
    stop: () => {
      going = false;
      return written;
    },
  };
}

it.each([
  ["HTTP", false],
  ["Socket Mode", true],
])("loses and doubles nothing when it is restarted under load over %s", async (_, socketMode) => {
  // Parley asks as long as a restart takes.
  const retryDelaysMs = Array.from({ length: 40 }, () => 25_000);
  const world = await startWorld({
    socketMode,
    parley: { retryDelaysMs },
    slack: { retryScale: 0.02 },
  });
  const { slack, parley } = world;
  const users: { id: string; ts: string }[] = [];
  while (users.length < USERS) {
    const { user, ts } = await handOver(world);
    users.push({ id: user.id, ts });
  }
  await world.stopBridge();
  let bridge: BridgeProcess = await startBridgeProcess(world);
  const load = writeSteadily(world, users);

  for (let n = 0; n < RESTARTS; n++) {
    const before = load.written();
    await expect.poll(() => load.written(), PATIENCE).toBeGreaterThan(before + 5);
    bridge.signal("SIGTERM");
    expect(await bridge.exited).toEqual({ code: 0, signal: null });
    expect(bridge.lines.at(-1)?.msg).toBe("app.stopped");
    bridge = await startBridgeProcess(world);
  }
  const count = await load.stop();

  for (const { id, ts } of users) {
    const shown = () => postsIn(slack, ts).flatMap(({ text }) => text.split("\n"));
    const sent = () => parley.sent(id).map(({ message }) => message);
    await slack.waitFor(() => shown().includes(`user ${count - 1}`), 15_000);
    await expect.poll(() => sent().length, PATIENCE).toBeGreaterThanOrEqual(count);
    expect(shown()).toEqual(numbered("user", count));
    // What no socket heard is found later, so out of its order.
    expect(sent()).toHaveLength(count);
    expect(new Set(sent())).toEqual(new Set(numbered("agent", count)));
  }
  expect(textsTo(slack, "U0ANNA")).toEqual([]);
});
