import { expect, it } from "vitest";
import { runDeadLetters } from "../support/dead-letters-tool.ts";
import { createDatabase, describePostgres } from "../support/postgres.ts";
import { EAGER, isTried, keepWaiting } from "../support/replies.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { sentTo } from "../support/sent.ts";
import { handOver } from "../support/steps.ts";
import { postsIn, rootsOf } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

describePostgres("npm run migrate", () => {
  it("lets replicas go on with all that was under way in a file", async () => {
    const world = await startWorld({ env: EAGER, replicas: 1 });
    const { slack, parley, env } = world;
    const { user, ts } = await handOver(world);
    const write = (text: string) => slack.post({ user: "U0ANNA", threadTs: ts, text });
    const before = await write("Before");
    await parley.until(() => sentTo(world, user.id).includes("Before"));
    keepWaiting(world, user.id);
    await write("Waits");
    await isTried(world, user.id);
    await (await write("Waits behind it")).delivered;
    await world.stopBridge();
    const url = await createDatabase();

    const { code, stdout } = await runToEnd({}, "migrate", env.STATE_URL ?? "", url);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^outbox: waiting +sqlite 2 {2}postgres 2$/m);
    expect(stdout).toMatch(/^conversations +sqlite 1 {2}postgres 1$/m);
    parley.faults.clear();
    await world.startBridge({ STATE_URL: url });
    await parley.until(() => sentTo(world, user.id).includes("Waits behind it"));
    // What was sent before is known, and the conversation too.
    const [eventId = ""] =
      [...slack.sentEvents].find(([, { event }]) => event.ts === before.ts) ?? [];
    expect(await slack.redeliver(eventId)).toMatchObject({ status: "delivered" });
    await parley.userWrites(user.id, "And then?");
    await slack.waitFor(() => postsIn(slack, ts).some(({ text }) => text === "And then?"));
    await write("After");
    await parley.until(() => sentTo(world, user.id).includes("After"));
    expect(sentTo(world, user.id)).toEqual(["Before", "Waits", "Waits behind it", "After"]);
    expect(rootsOf(slack)).toHaveLength(1);
    expect(await runDeadLetters({ STATE_URL: url }, "list")).toMatchObject({ code: 0 });
  });

  it.each([
    [[], 64],
    [["sqlite:/nowhere"], 64],
    [["postgres://a@b/c", "sqlite:/nowhere"], 64],
    [["sqlite:/nowhere/bridge.sqlite", "postgres://a@b/c"], 66],
  ])("says what is wrong with %j", async (args, code) => {
    const ended = await runToEnd({ STATE_URL_FILE: "/nowhere" }, "migrate", ...args);
    expect(ended.code).toBe(code);
    expect(ended.stdout).toMatch(code === 64 ? /^Usage: npm run migrate/ : /^There is no state at/);
  });
});
