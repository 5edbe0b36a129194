import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { attemptsIn } from "../support/attempts.ts";
import { runDeadLetters } from "../support/dead-letters-tool.ts";
import { foreign } from "../support/foreign-answers.ts";
import { startBridgeProcess } from "../support/process.ts";
import { requestsToSend, sentTo } from "../support/sent.ts";
import { openStateSql, rewriteWaiting } from "../support/state-sql.ts";
import { handOver, PATIENCE, writeFirst } from "../support/steps.ts";
import { reactionsOn, toldTo } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

it("gives up a reply that the bridge itself cannot handle after three tries, tells its writer, and goes on behind it", async () => {
  const aliases = {
    get U0ANNA(): never {
      throw new TypeError("a defect");
    },
  };
  const world = await startWorld({
    env: { RETRY_FIRST_MS: "5", RETRY_CAP_MS: "20" },
    config: { identity: { aliases, team: undefined } },
  });
  const { slack, parley, log } = world;
  const { user, ts, outbox } = await handOver(world);

  const reply = await writeFirst(slack, { user: "U0ANNA", threadTs: ts, text: "From Anna" });
  await slack.post({ user: "U0BEN", threadTs: ts, text: "From Ben" });

  await parley.until(() => sentTo(world, user.id).includes("From Ben"));
  const tries = () => attemptsIn(log, outbox).map(({ outcome }) => outcome);
  await expect.poll(tries, PATIENCE).toEqual(["deferred", "deferred", "dead", "done"]);
  const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", ts)[0]);
  expect(told.text).toMatch(/^:x: \*Not delivered\.\*/);
  expect(told.text).not.toContain("a defect");
  await slack.waitFor(() => reactionsOn(slack, reply.ts).join() === "x");
  expect(sentTo(world, user.id)).toEqual(["From Ben"]);
  expect((await runDeadLetters(world.env, "list")).lines.at(-1)).toBe("1 dead letter");
});

it("keeps a reply that this version does not understand as it is, and goes on behind it", async () => {
  const world = await startWorld({ env: { RETRY_FIRST_MS: "20", RETRY_CAP_MS: "50" } });
  const { slack, parley, log } = world;
  const { user, root } = await handOver(world);
  const write = (text: string) => slack.post({ user: "U0ANNA", threadTs: root.ts, text });
  const lane = `${slack.teamId}/${slack.channel}/${root.ts}`;
  const tries = () => attemptsIn(log, lane).map(({ outcome }) => outcome);
  parley.faults.add(/./, foreign("", 503));
  await write("Of a newer version");
  await expect.poll(tries, PATIENCE).toContain("deferred");
  // What no version of the bridge has written so far.
  const state = await openStateSql(world);
  await rewriteWaiting(state, "outbox", ({ reply, ...rest }) => ({
    ...rest,
    reply: { ...(reply as object), files: 7 },
  }));
  parley.faults.clear();
  await write("Next");

  await parley.until(() => sentTo(world, user.id).includes("Next"));
  expect(sentTo(world, user.id)).toEqual(["Next"]);
  await expect.poll(() => tries().slice(-2), PATIENCE).toEqual(["dead", "done"]);
  expect(log.lines.find(({ fields }) => fields.outcome === "dead")).toMatchObject({
    level: "error",
    fields: { error_code: "unreadable", error: expect.stringContaining("an outbox item") },
  });
  const [kept] = await state.ask<{ body: string }>("SELECT body FROM outbox WHERE state = 'dead'");
  expect(JSON.parse(kept?.body ?? "")).toMatchObject({ reply: { files: 7 } });
  await state.close();
});

it("says so, with growing pauses, while a full disk keeps a lane from going on, and goes on by itself", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bridge-full-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const world = await startWorld({ stopped: true });
  const { slack, parley } = world;
  // A limit on the size of a file is the nearest to a full disk that needs no rights.
  const limited = ["bash", "-c", "trap '' XFSZ; exec \"$@\"", "bash"];
  const bridge = await startBridgeProcess(
    world,
    { STATE_URL: `sqlite:${folder}/bridge.sqlite`, RETRY_FIRST_MS: "50", RETRY_CAP_MS: "400" },
    { under: limited },
  );
  const { port } = await bridge.line("app.started");
  const url = `http://127.0.0.1:${String(port)}`;
  const allow = (bytes: string) =>
    promisify(execFile)("prlimit", ["--pid", String(bridge.pid), `--fsize=${bytes}`]);
  const user = parley.createUser();
  await parley.handOver({ userId: user.id, to: parley.agentService.identification });
  const root = await slack.waitFor(() =>
    slack.state.messages.find(({ bot_id, thread_ts, ts }) => bot_id && (thread_ts ?? ts) === ts),
  );
  await bridge.line(({ msg, outcome }) => msg === "delivery.attempted" && outcome === "done");
  parley.faults.add(`GET /users/${user.id}/owner`, { kind: "status", status: 503 });
  await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Hello" });
  await bridge.line(({ queue, outcome }) => queue === "outbox" && outcome === "deferred");
  // What the bridge itself makes free meanwhile is no room either.
  await allow("1:");

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
  await allow("unlimited");
  await parley.until(() => sentTo(world, user.id).length > 0);
  await bridge.line("alarm.cleared");
  expect(sentTo(world, user.id)).toEqual(["Hello"]);
  expect(requestsToSend(world, user.id)).toBe(1);
}, 60_000);
