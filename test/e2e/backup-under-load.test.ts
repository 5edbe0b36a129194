import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { numbered } from "../support/numbered.ts";
import { spawnBridge, startBridgeProcess } from "../support/process.ts";
import { handOver } from "../support/steps.ts";
import { postsIn, reactionsOn, rootsOf } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const USERS = 6;
const BACKUPS = 4;
const PATIENCE = { timeout: 60_000, interval: 20 };

interface Person {
  readonly id: string;
  readonly ts: string;
}

/** Both sides write to all Users until told to stop. */
function writeSteadily({ slack, parley }: World, people: readonly Person[]) {
  let going = true;
  let begun = 0;
  let acknowledged = 0;
  /** Where the agents' messages are in Slack, by their text and thread. */
  const replies = new Map<string, string>();
  const written = (async () => {
    while (going) {
      const n = begun++;
      const sent = people.flatMap(({ id, ts }) => [
        parley.userWrites(id, `user ${n}`).then(({ delivered }) => delivered),
        slack.post({ user: "U0ANNA", threadTs: ts, text: `agent ${n}` }).then((post) => {
          replies.set(`${ts} agent ${n}`, post.ts);
          return post.delivered;
        }),
      ]);
      await Promise.all(sent);
      acknowledged = n + 1;
    }
  })();
  return {
    /** So many rounds are acknowledged. */
    acknowledged: () => acknowledged,
    replyTs: ({ ts }: Person, n: number) => replies.get(`${ts} agent ${n}`) ?? "",
    async stop() {
      going = false;
      await written;
      return begun;
    },
  };
}

it("loses nothing that was stored before a backup, which is made under load and restored after a kill", {
  timeout: 240_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "bridge-backups-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const world = await startWorld({
    // Parley asks as long as a restart takes.
    parley: { retryDelaysMs: Array.from({ length: 40 }, () => 25_000) },
    slack: { retryScale: 0.02 },
  });
  const { slack, parley, env } = world;
  const people: Person[] = [];
  while (people.length < USERS) {
    const { user, ts } = await handOver(world);
    people.push({ id: user.id, ts });
  }
  await world.stopBridge();
  const bridge = await startBridgeProcess(world);
  const load = writeSteadily(world, people);

  const backups = Array.from({ length: BACKUPS }, (_, n) => join(folder, `${n}.sqlite`));
  let stored = 0;
  for (const file of backups) {
    const before = load.acknowledged();
    await expect.poll(load.acknowledged, PATIENCE).toBeGreaterThan(before + 3);
    stored = load.acknowledged();
    const tool = spawnBridge(env, { args: ["backup", file] });
    const { code } = await tool.exited;
    expect([code, tool.stderr]).toEqual([0, ""]);
  }
  await expect.poll(load.acknowledged, PATIENCE).toBeGreaterThan(stored + 3);
  bridge.signal("SIGKILL");
  await bridge.exited;

  const restore = spawnBridge(env, { args: ["restore", backups.at(-1) ?? ""] });
  expect([(await restore.exited).code, restore.stderr]).toEqual([0, ""]);
  await startBridgeProcess(world);
  const rounds = await load.stop();

  for (const file of backups) {
    const database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    database.close();
  }
  for (const person of people) {
    const shown = () => postsIn(slack, person.ts).flatMap(({ text }) => text.split("\n"));
    const sent = () => parley.sent(person.id).map(({ message }) => message);
    await parley.userWrites(person.id, "after all");
    await expect.poll(shown, PATIENCE).toContain("after all");
    expect(shown()).toEqual(expect.arrayContaining(numbered("user", stored)));
    const isSettled = (n: number) =>
      sent().includes(`agent ${n}`) ||
      reactionsOn(slack, load.replyTs(person, n)).includes("grey_question");
    const unsettled = () =>
      Array.from({ length: rounds }, (_, n) => n).filter((n) => !isSettled(n));
    await expect.poll(unsettled, PATIENCE).toEqual([]);
  }
  expect(rootsOf(slack)).toHaveLength(USERS);
});
