import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runToEnd } from "../support/run-to-end.ts";
import { handOver } from "../support/steps.ts";
import { rootsAbout, textsIn } from "../support/threads.ts";
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
});

it("says what it is used for when it is used otherwise", async () => {
  for (const args of [[], ["--help"], ["a", "b"], [""]]) {
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
  expect(inMemory.stderr).toContain("STATE_URL must name a file");
  expect(existsSync(`${file}.part`)).toBe(false);
});
