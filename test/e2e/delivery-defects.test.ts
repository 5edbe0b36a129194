import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { attemptsIn } from "../support/attempts.ts";
import { startBridgeProcess } from "../support/process.ts";
import { EAGER, press } from "../support/replies.ts";
import { requestsToSend, sentTo } from "../support/sent.ts";
import { handOver, openState, PATIENCE } from "../support/steps.ts";
import { postsIn, reactionsOn, toldTo } from "../support/threads.ts";
import { CALLBACK_TOKEN, startWorld } from "../support/world.ts";

it("sets a reply that the bridge itself cannot handle aside after a few tries, tells of it, and goes on", async () => {
  const world = await startWorld({ env: { ...EAGER, REPLY_MODE: "explicit" } });
  const { slack, parley, log } = world;
  const { user, root } = await handOver(world);
  const write = (text: string) => slack.post({ user: "U0ANNA", threadTs: root.ts, text });
  const { ts } = await write("Held");
  const question = await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
  // What no version of the bridge has written: whatever reads it meets a TypeError.
  const state = await openState(world);
  await state.write(
    `UPDATE outbox SET body = json_set(body, '$.reply.files', 7) WHERE state = 'held'`,
  );
  await state.close();

  await press(world, question, "parley_send_again");
  const lane = `${slack.teamId}/${slack.channel}/${root.ts}`;
  const tries = () => attemptsIn(log, lane).map(({ outcome }) => outcome);
  await expect.poll(tries, PATIENCE).toContain("deferred");
  await write("&gt;&gt; Next");

  await parley.until(() => sentTo(world, user.id).includes("Next"));
  expect(sentTo(world, user.id)).toEqual(["Next"]);
  await expect.poll(tries, PATIENCE).toEqual(["deferred", "deferred", "dead", "done"]);
  const loud = log.lines.find(({ fields }) => fields.outcome === "dead");
  expect(loud).toMatchObject({
    level: "error",
    fields: {
      error_code: "defect",
      error: expect.stringMatching(/^TypeError in src\/.*:\d+:\d+$/),
    },
  });
  expect(loud?.fields.stack).toContainEqual(expect.stringContaining("src/bridge/"));
  await slack.waitFor(() => postsIn(slack, root.ts)[0]?.text.includes("did not reach the User"));
  await slack.waitFor(() =>
    toldTo(slack, "U0ANNA", root.ts).at(-1)?.text.includes("inside the bridge"),
  );
  await slack.waitFor(() => reactionsOn(slack, ts).includes("x"));
});

it("says so, with growing pauses, while a full disk keeps a lane from going on, and goes on by itself", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bridge-full-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const world = await startWorld({ stopped: true });
  const { slack, parley } = world;
  // A limit on the size of a file is the nearest to a full disk that needs no rights.
  const limited = ["bash", "-c", "trap '' XFSZ; ulimit -S -f 500; exec \"$@\"", "bash"];
  const bridge = await startBridgeProcess(
    world,
    { STATE_URL: `sqlite:${folder}/bridge.sqlite`, RETRY_FIRST_MS: "50", RETRY_CAP_MS: "400" },
    { under: limited },
  );
  const { port } = await bridge.line("app.started");
  const url = `http://127.0.0.1:${String(port)}`;
  const user = parley.createUser();
  await parley.handOver({ userId: user.id, to: parley.agentService.identification });
  const root = await slack.waitFor(() =>
    slack.state.messages.find(({ bot_id, thread_ts, ts }) => bot_id && (thread_ts ?? ts) === ts),
  );
  await bridge.line(({ msg, outcome }) => msg === "delivery.attempted" && outcome === "done");
  parley.faults.add(`GET /users/${user.id}/owner`, { kind: "status", status: 503 });
  await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Hello" });
  await bridge.line(({ queue, outcome }) => queue === "outbox" && outcome === "deferred");
  for (let id = 0; id < 1_000; id++) {
    const { status } = await fetch(`${url}/parley/callback`, {
      method: "POST",
      headers: { authorization: CALLBACK_TOKEN },
      body: JSON.stringify({ userId: 7, message: { id, text: "x".repeat(100_000) } }),
    });
    if (status !== 200) break;
  }

  const failed = () =>
    bridge.lines.filter(
      ({ msg, error_code, queue }) =>
        msg === "delivery.attempted" && error_code === "storage" && queue === "outbox",
    );
  await expect.poll(() => failed().length, PATIENCE).toBeGreaterThanOrEqual(6);
  const pauses = failed().map(({ next_attempt_in_ms }) => Number(next_attempt_in_ms));
  // Spread over the upper half of 50, 100, 200, 400 …: the sixth is at the cap, whatever the first was.
  expect(pauses[5]).toBeGreaterThanOrEqual(200);
  for (const pause of pauses) expect(pause).toBeLessThanOrEqual(400);
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  parley.faults.clear();
  await promisify(execFile)("prlimit", ["--pid", String(bridge.pid), "--fsize=unlimited"]);
  await parley.until(() => sentTo(world, user.id).length > 0);
  await bridge.line("alarm.cleared");
  expect(sentTo(world, user.id)).toEqual(["Hello"]);
  expect(requestsToSend(world, user.id)).toBe(1);
}, 60_000);
