import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../src/state/sqlite/database.ts";
import { spawnBridge, startBridgeProcess } from "../support/process.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { PATIENCE } from "../support/steps.ts";
import { CALLBACK_TOKEN, startWorld } from "../support/world.ts";

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bridge-state-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs it as a user without rights, where we may; otherwise as ourselves, who have none either. */
const AS_NOBODY =
  process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];

/** A limit on the size of a file, in KiB, is the nearest to a full disk that needs no rights. */
const withRoomFor = (size: number) => [
  "bash",
  "-c",
  `trap '' XFSZ; ulimit -S -f ${size}; exec "$@"`,
  "bash",
];

async function failToStart(stateUrl: string) {
  const { env } = await startWorld({ stopped: true });
  return await runToEnd({ ...env, STATE_URL: stateUrl });
}

/** As a process of its own, which something in front of it limits. */
async function failToStartUnder(stateUrl: string, under: readonly string[]) {
  const { env } = await startWorld({ stopped: true });
  const bridge = spawnBridge({ ...env, STATE_URL: stateUrl }, { under });
  const { code } = await bridge.exited;
  return { code, stderr: bridge.stderr, lines: bridge.lines };
}

it.each([0, 8, 40])(
  "does not start on a disk with room for %s KiB, says what is the matter, and may be started again",
  async (size) => {
    const folder = await makeFolder();
    const url = `sqlite:${folder}/data/bridge.sqlite`;

    const { code, stderr, lines } = await failToStartUnder(url, withRoomFor(size));

    expect(code).toBe(1);
    expect(stderr).toBe("");
    const failed = lines.find(({ msg }) => msg === "app.start-failed");
    expect(failed).toMatchObject({ level: 50 });
    expect(failed?.error).toMatch(/bridge\.sqlite\S* cannot be read or written .*look at the disk/);
    const world = await startWorld({ stopped: true });
    await expect(world.startBridge({ STATE_URL: url })).resolves.toBeUndefined();
  },
);

it("does not start on a folder that it may not write, and says whose it is", async () => {
  const folder = await makeFolder();
  await chmod(folder, 0o555);

  const { code, stderr } = await failToStartUnder(`sqlite:${folder}/bridge.sqlite`, AS_NOBODY);

  expect(stderr).toContain(`${folder}/bridge.sqlite cannot be opened for writing (EACCES)`);
  expect(stderr).toMatch(/belongs to user \d+, with rights 555, and the bridge runs as .*chown/);
  expect(stderr).not.toContain("in use");
  expect(code).toBe(78);
});

it("does not start on a folder in place of its file", async () => {
  const folder = await makeFolder();

  const { code, stderr } = await failToStart(`sqlite:${folder}`);

  expect(stderr).toContain(`${folder} is no place for a file (EISDIR)`);
  expect(code).toBe(78);
});

it("does not start on a file that is no database, and says what to do", async () => {
  const folder = await makeFolder();
  await writeFile(join(folder, "bridge.sqlite"), "This is a shopping list.".repeat(500));

  const { code, stderr } = await failToStart(`sqlite:${folder}/bridge.sqlite`);

  expect(stderr).toMatch(/bridge\.sqlite is damaged .*move it away .*-wal and -shm, and restore/);
  expect(code).toBe(78);
});

it("does not start on a damaged file, wherever that shows, and says what to do", async () => {
  const world = await startWorld();
  const { env } = world;
  await world.stopBridge();
  const path = join(await makeFolder(), "bridge.sqlite");
  await copyFile(env.STATE_URL?.replace("sqlite:", "") ?? "", path);
  const file = await open(path, "r+");
  const PAGE = 4096;
  // The first page says what tables there are; they are all broken.
  for (let at = PAGE; at < (await file.stat()).size; at += PAGE) {
    await file.write(Buffer.alloc(PAGE, 0xaa), 0, PAGE, at);
  }
  await file.close();

  const { code, stderr } = await runToEnd({ ...env, STATE_URL: `sqlite:${path}` });

  expect(code).toBe(78);
  expect(stderr).toMatch(/bridge\.sqlite is damaged .*restore a backup/);
});

it("finds in the background what is damaged where nobody reads, and says what to do", async () => {
  const world = await startWorld();
  const { env, log } = world;
  const path = env.STATE_URL?.replace("sqlite:", "") ?? "";
  await world.stopBridge();
  const database = await openDatabase(path, { access: "own" });
  await database.write("CREATE TABLE unread (id INTEGER PRIMARY KEY, text TEXT)");
  for (let id = 0; id < 50; id++) {
    await database.write("INSERT INTO unread VALUES (?, ?)", id, "unread ".repeat(300));
  }
  await database.close();
  const bytes = await readFile(path);
  const PAGE = 4096;
  const page = Math.floor(bytes.lastIndexOf("unread ") / PAGE);
  bytes.fill(0xaa, page * PAGE, (page + 1) * PAGE);
  await writeFile(path, bytes);

  await world.startBridge();

  const alarm = () => log.lines.find(({ event }) => event === "alarm.raised");
  await expect.poll(alarm, PATIENCE).toBeDefined();
  expect(alarm()?.fields).toMatchObject({
    alarm: "store",
    advice: expect.stringMatching(/bridge\.sqlite is damaged .*restore a backup/),
  });
  // What can still be written does not make it well.
  const { userId } = { userId: world.parley.createUser().id };
  await world.parley.userWrites(userId, "Hello");
  expect((await fetch(`${world.bridgeUrl()}/readyz`)).status).toBe(503);
});

it("refuses callbacks while its disk is full, says so at once, and needs nobody afterwards", async () => {
  const world = await startWorld({ stopped: true });
  const folder = await makeFolder();
  await mkdir(join(folder, "data"));
  const bridge = await startBridgeProcess(
    world,
    { STATE_URL: `sqlite:${folder}/data/bridge.sqlite` },
    { under: withRoomFor(500) },
  );
  const { port } = await bridge.line("app.started");
  const url = `http://127.0.0.1:${String(port)}`;
  const callback = async (id: number, bytes: number) => {
    const answer = await fetch(`${url}/parley/callback`, {
      method: "POST",
      headers: { authorization: CALLBACK_TOKEN },
      body: JSON.stringify({ userId: 7, message: { id, text: "x".repeat(bytes) } }),
    });
    return answer.status;
  };
  /** Until not even a small one fits. */
  let id = 0;
  const fill = async (bytes: number): Promise<void> => {
    while ((await callback(++id, bytes)) === 200) expect(id).toBeLessThan(1_000);
  };

  const allow = (bytes: string) =>
    promisify(execFile)("prlimit", ["--pid", String(bridge.pid), `--fsize=${bytes}`]);

  await fill(100_000);
  const raised = await bridge.line("alarm.raised");
  // What the bridge itself makes free meanwhile is no room either.
  await allow("1:");
  await fill(10);

  expect(raised).toMatchObject({ level: 50, alarm: "store" });
  expect(raised.advice).toMatch(/bridge\.sqlite cannot be read or written .*look at the disk/);
  for (const path of ["/readyz", "/readyz/intake"]) {
    const answer = await fetch(url + path);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      expect.objectContaining({ checks: expect.objectContaining({ store: expect.any(String) }) }),
    ]);
  }
  expect(await (await fetch(`${url}/metrics`)).text()).toContain(
    'parley_bridge_alarm{alarm="store"} 1',
  );
  await allow("unlimited:");
  expect(await callback(++id, 10)).toBe(200);
  await bridge.line("alarm.cleared");
});
