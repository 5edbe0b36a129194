import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { firstProcessOf, inContainer } from "../support/container.ts";
import { IMAGE, STAGES } from "../support/dockerfile.ts";
import { spawnBridge, startBridgeProcess } from "../support/process.ts";
import { relayOnce } from "../support/relay-once.ts";
import { startWorld } from "../support/world.ts";
import { makeBaseRoot } from "./base-root.ts";
import { buildImage } from "./build-image.ts";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

const USER = "1000:1000";
const PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

let root = "";

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "image-"));
  const base = join(folder, "base");
  const [, debian = ""] = /-(\w+)-slim$/.exec(STAGES[0]?.image ?? "") ?? [];
  await makeBaseRoot(base, debian);
  root = await buildImage({ base, context: ROOT, folder });
  return () => rm(folder, { recursive: true });
}, 1_800_000);

/** The image as a container runs it, on a volume of its own, which begins as what the image has there. */
async function container() {
  const folder = await mkdtemp(join(tmpdir(), "volume-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const volume = { source: join(folder, "volume"), target: join(root, IMAGE.volume) };
  await run("cp", ["-a", volume.target, volume.source]);
  const command = (...args: readonly string[]) => ({
    under: [
      ...inContainer({ root, readOnly: root, volume, user: USER }),
      ...["env", "-C", IMAGE.folder],
    ],
    command: [...IMAGE.entrypoint, ...args],
  });
  return { command, volume };
}

/** NODE_COMPILE_CACHE is empty as in the image: the folder that the program chooses. */
const ENV = { ...IMAGE.env, PATH, NODE_COMPILE_CACHE: "", STATE_URL: "" };

const fieldOf = (pid: number, name: string): string | undefined =>
  new RegExp(`^${name}:\\s+(.*)$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];

describe("what the Dockerfile makes", () => {
  it("holds the packages of production, and what Node has compiled", async () => {
    const packages = await readdir(join(root, IMAGE.folder, "node_modules"));
    expect(packages).toContain("got");
    expect(packages).not.toContain("vitest");
    expect(packages.filter((name) => name.startsWith("node-"))).toEqual([]);
    const compiled = join(root, IMAGE.folder, "node_modules/.cache/start");
    expect((await readdir(compiled, { recursive: true })).length).toBeGreaterThan(100);
    const { stdout } = await run("du", ["-sm", join(root, IMAGE.folder), root]);
    process.stdout.write(`MB of the program, and of all:\n${stdout}`);
  });

  it("tells its version, and refuses to start without a configuration", async () => {
    const { command } = await container();
    const version = spawnBridge(ENV, command("--version"));
    expect(await version.exited).toEqual({ code: 0, signal: null });
    expect(version.stdout).toBe(`${packageJson.version}\n`);
    const bridge = spawnBridge(ENV, command());
    expect(await bridge.exited).toEqual({ code: 78, signal: null });
    expect(bridge.stderr).toContain("SLACK_BOT_TOKEN");
  });

  it("relays, healthy, as nobody with rights, and stops when it is told to", async () => {
    const world = await startWorld({ stopped: true });
    const { command, volume } = await container();
    const env = { ...world.env, ...ENV, PORT: "0" };

    const doctor = spawnBridge(env, command("doctor"));
    expect(await doctor.exited).toEqual({ code: 0, signal: null });
    expect(doctor.stdout).toContain("All is well.");

    const begun = performance.now();
    const bridge = await startBridgeProcess(world, { ...ENV, PORT: "0" }, command());
    process.stdout.write(`started in ${Math.round(performance.now() - begun)} ms\n`);
    const pid = firstProcessOf(bridge.pid);
    expect(fieldOf(pid, "Uid")).toBe("1000\t1000\t1000\t1000");
    expect(fieldOf(pid, "NSpid")).toBe(`${pid}\t1`);
    expect(fieldOf(pid, "NoNewPrivs")).toBe("1");
    expect(["CapInh", "CapPrm", "CapEff"].map((name) => fieldOf(pid, name))).toEqual(
      Array.from({ length: 3 }, () => "0".repeat(16)),
    );

    const { port } = await bridge.line("app.started");
    const ask = () =>
      run("chroot", [
        `--userspec=${USER}`,
        root,
        ...["env", "-i", `PATH=${PATH}`, `PORT=${String(port)}`, ...IMAGE.healthcheck],
      ]);
    await ask();
    await relayOnce(world);

    const copy = `${IMAGE.volume}/copy.sqlite`;
    const backup = spawnBridge(env, command("backup", copy));
    expect(await backup.exited).toEqual({ code: 0, signal: null });
    expect(existsSync(join(volume.source, "copy.sqlite"))).toBe(true);

    process.kill(pid, "SIGTERM");
    expect(await bridge.exited).toEqual({ code: 0, signal: null });
    expect(bridge.lines.at(-1)?.msg).toBe("app.stopped");
    await expect(ask()).rejects.toMatchObject({ code: 1 });
  });
});
