import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ACTIONS } from "../../src/views/actions.ts";
import { attemptsIn } from "../support/attempts.ts";
import { spawnBridge } from "../support/process.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { sentTo } from "../support/sent.ts";
import { notesIn, writeState } from "../support/small-states.ts";
import { handOver, PATIENCE, submitHandBack } from "../support/steps.ts";
import { reactionsOn, rootsAbout, textsIn, toldTo } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bridge-backups-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it("backs up beside a running bridge, and restores what it knew then", async () => {
  const world = await startWorld();
  const { slack, parley, env } = world;
  const file = join(makeFolder(), "backup.sqlite");
  const { user, ts } = await handOver(world);

  const made = await runToEnd(env, "backup", file);
  const later = await handOver(world);
  const refused = await runToEnd(env, "restore", file);
  await world.stopBridge();
  const restored = await runToEnd(env, "restore", file);
  await world.startBridge();

  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made.stdout).toMatch(
    /^\S+backup\.sqlite is a backup of \S+bridge\.sqlite: [\d.,]+ kB, \d+ items? waiting, 0 dead letters\n$/,
  );
  expect(refused).toMatchObject({ code: 78, stdout: "" });
  expect(refused.stderr).toMatch(/^STATE_URL is in use by another bridge .*stop that one first\n$/);
  expect(restored).toMatchObject({ code: 0, stderr: "" });
  expect(restored.stdout).toMatch(
    /^\S+bridge\.sqlite is now the state of \S+backup\.sqlite: .* What was there is \S+bridge\.sqlite\.before-restore-\w+\n$/,
  );
  await parley.userWrites(user.id, "Known then");
  await parley.userWrites(later.user.id, "Unknown then");
  await slack.waitFor(() => textsIn(world, ts).includes("Known then"));
  await slack.waitFor(() => rootsAbout(slack, later.user.id).length === 2);
  expect(rootsAbout(slack, user.id)).toHaveLength(1);
  await slack.post({ user: "U0ANNA", threadTs: later.ts, text: "Into the old thread" });
  await slack.waitFor(() => toldTo(slack, "U0ANNA", later.ts)[0]?.text.includes("Not sent"));
  expect(sentTo(world, later.user.id)).toEqual([]);
});

it("sends nothing again that went out after the backup, asks about what waited then, and finds what nobody heard", async () => {
  const world = await startWorld({ env: { RETRY_FIRST_MS: "20", RETRY_CAP_MS: "50" } });
  const { slack, parley, env, log } = world;
  const file = join(makeFolder(), "backup.sqlite");
  const { user, ts, outbox } = await handOver(world);
  const agentWrites = async (text: string) => {
    const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text });
    await reply.delivered;
    return reply.ts;
  };
  parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 503 });
  const waiting = await agentWrites("Waits");
  await expect.poll(() => attemptsIn(log, outbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
  await runToEnd(env, "backup", file);
  parley.faults.clear();
  const later = await agentWrites("Written later");
  await slack.waitFor(() => reactionsOn(slack, later).includes("white_check_mark"));
  await world.stopBridge();
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Heard by nobody" });

  const { stdout } = await runToEnd(env, "restore", file);
  await world.startBridge();

  expect(stdout).toMatch(/may have been done since: 1\. The agents are asked/);
  await parley.until(() => sentTo(world, user.id).includes("Heard by nobody"));
  await slack.waitFor(() => reactionsOn(slack, waiting).includes("grey_question"));
  expect(sentTo(world, user.id)).toEqual(["Waits", "Written later", "Heard by nobody"]);
  const asked = await slack.waitFor(() => toldTo(slack, "U0ANNA", ts)[0]);
  const { channel } = asked;
  await slack.click({ user: "U0ANNA", channel, ts: asked.ts, actionId: ACTIONS.sendAgain.id });
  await parley.until(() => sentTo(world, user.id).at(-1) === "Waits");
  expect(sentTo(world, user.id)).toHaveLength(4);
});

it("hands no User back again who has come back after the backup", async () => {
  const world = await startWorld({ env: { RETRY_FIRST_MS: "20", RETRY_CAP_MS: "50" } });
  const { slack, parley, env, log } = world;
  const file = join(makeFolder(), "backup.sqlite");
  const { user, ts, outbox } = await handOver(world);
  parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 503 });
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Holds the lane" });
  await expect.poll(() => attemptsIn(log, outbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
  await submitHandBack(slack, ts, { last_message: "Goodbye" });
  await runToEnd(env, "backup", file);
  parley.faults.clear();
  await slack.waitFor(() => textsIn(world, ts).some((text) => /handed this User/.test(text)));
  await handOver(world, { user });
  await world.stopBridge();

  const { stdout } = await runToEnd(env, "restore", file);
  await world.startBridge();

  expect(stdout).toContain("may have been done since: 2.");
  await slack.waitFor(() => textsIn(world, ts).some((text) => /did not work/.test(text)));
  expect(sentTo(world, user.id)).toEqual(["Holds the lane", "Goodbye"]);
  expect(parley.user(user.id).owner).toBe(parley.agentService.identification);
});

it("says what it is used for when it is used otherwise", async () => {
  for (const args of [[], ["--overwrite"], ["a", "b"], [""]]) {
    const backup = await runToEnd({}, "backup", ...args);
    const restore = await runToEnd({}, "restore", ...args);
    expect(backup.stdout).toMatch(/^Usage: npm run backup -- \[--overwrite\] <file>\n/);
    expect(restore.stdout).toMatch(/^Usage: npm run restore -- <file>\n/);
    expect([backup.code, restore.code]).toEqual([64, 64]);
  }
});

it("says what is not there", async () => {
  const folder = makeFolder();
  const env = { STATE_URL: `sqlite:${folder}/nowhere.sqlite` };

  const backup = await runToEnd(env, "backup", join(folder, "backup.sqlite"));
  const restore = await runToEnd(env, "restore", join(folder, "backup.sqlite"));

  expect(backup.stdout).toMatch(/^There is no state at .*Is STATE_URL the one/);
  expect(restore.stdout).toMatch(/^There is no file .*backup\.sqlite\n$/);
  expect([backup.code, restore.code]).toEqual([66, 66]);
  expect(readdirSync(folder)).toEqual([]);
});

it("refuses in one line what somebody has to decide", async () => {
  const { env } = await startWorld();
  const folder = makeFolder();
  const file = join(folder, "backup.sqlite");
  writeFileSync(file, "precious");

  const backup = await runToEnd(env, "backup", file);
  const replaced = await runToEnd(env, "backup", "--overwrite", file);
  const inMemory = await runToEnd({ STATE_URL: "sqlite::memory:" }, "backup", file);

  expect(backup).toMatchObject({ code: 78, stdout: "" });
  expect(backup.stderr).toMatch(/^\S+backup\.sqlite is there already; .*--overwrite.*\n$/);
  expect(replaced).toMatchObject({ code: 0, stderr: "" });
  expect(inMemory.code).toBe(78);
  expect(inMemory.stderr).toMatch(/^STATE_URL must name a file .*\n$/);
  expect(existsSync(`${file}.part`)).toBe(false);
});

it("leaves nothing behind where there is no room, and says what to do", async () => {
  const [folder, elsewhere] = [makeFolder(), makeFolder()];
  const state = join(folder, "bridge.sqlite");
  const copy = join(elsewhere, "copy.sqlite");
  writeState(state, Array(200).fill("x".repeat(2_000)));
  const whole = await runToEnd({ STATE_URL: `sqlite:${state}` }, "backup", copy);
  const before = readdirSync(folder);
  // A limit on the size of a file, in KiB, is the nearest to a full disk that needs no rights.
  const under = ["bash", "-c", `trap '' XFSZ; ulimit -S -f 100; exec "$@"`, "bash"];
  const env = { STATE_URL: `sqlite:${state}` };

  const backup = spawnBridge(env, { under, args: ["backup", join(elsewhere, "other.sqlite")] });
  const restore = spawnBridge(env, { under, args: ["restore", copy] });
  const ended = await Promise.all([backup.exited, restore.exited]);

  expect(whole.code).toBe(0);
  expect(ended.map(({ code }) => code)).toEqual([1, 1]);
  expect(backup.stderr).toMatch(/^\S+other\.sqlite cannot be read or written .*look at the disk/);
  expect(restore.stderr).toMatch(/^\S+bridge\.sqlite cannot be read or written .*look at the disk/);
  expect(readdirSync(elsewhere)).toEqual(["copy.sqlite"]);
  expect(readdirSync(folder)).toEqual([...before, "bridge.sqlite.lock"].sort());
  expect(notesIn(state)).toHaveLength(200);
});
