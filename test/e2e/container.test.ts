import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { canContain, firstProcessOf, inContainer } from "../support/container.ts";
import { IMAGE } from "../support/dockerfile.ts";
import { type BridgeProcess, spawnBridge, startBridgeProcess } from "../support/process.ts";
import { relayOnce } from "../support/relay-once.ts";
import { type Env, startWorld } from "../support/world.ts";

const ROOT = join(import.meta.dirname, "../..");

const onOurNode = ([node, ...args]: readonly string[]): string[] => {
  expect(node).toBe("node");
  return [process.execPath, ...args];
};

/** What the image has in its folder, without a state, and a volume. */
async function imageFolder() {
  const folder = await mkdtemp(join(tmpdir(), "container-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const image = join(folder, "image");
  const volume = { source: join(folder, "volume"), target: join(image, "data") };
  for (const each of [image, volume.source, volume.target]) await mkdir(each);
  await cp(join(ROOT, "package.json"), join(image, "package.json"));
  await cp(join(ROOT, "src"), join(image, "src"), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(image, "node_modules"));
  return { image, volume };
}

/** The exit code of the image's HEALTHCHECK for a bridge on this port. */
const askHealth = (port: string, env: Env = {}): Promise<number> =>
  new Promise((resolve) => {
    const [node = "", ...args] = onOurNode(IMAGE.healthcheck);
    const asked = execFile(node, args, { env: { ...env, PORT: port } });
    asked.on("exit", (code) => resolve(code ?? -1));
  });

const last = ({ lines }: BridgeProcess) => lines.at(-1)?.msg;

it("is unhealthy to its own question while nobody answers", async () => {
  const world = await startWorld();
  const { port } = new URL(world.bridgeUrl());
  expect(await askHealth(port)).toBe(0);
  // Which leads everywhere but to this container.
  const proxied = { HTTP_PROXY: "http://127.0.0.1:9", NODE_USE_ENV_PROXY: "1" };
  expect(await askHealth(port, proxied)).toBe(0);
  await world.stopBridge();
  expect(await askHealth(port)).toBe(1);
});

it.skipIf(!canContain)(
  "works as the image starts it: as the first process, without capabilities, with its state alone to write to",
  async () => {
    const world = await startWorld({ stopped: true });
    const { image, volume } = await imageFolder();
    const under = inContainer({ readOnly: image, volume });
    const { HOST = "" } = IMAGE.env;

    const bridge = await startBridgeProcess(
      world,
      { HOST, STATE_URL: "" },
      { under, command: onOurNode(IMAGE.entrypoint), folder: image },
    );

    const { port } = await bridge.line("app.started");
    expect(await askHealth(String(port))).toBe(0);
    await relayOnce(world);
    expect(await readdir(volume.source)).toContain("bridge.sqlite");
    process.kill(firstProcessOf(bridge.pid), "SIGTERM");
    expect(await bridge.exited).toEqual({ code: 0, signal: null });
    expect(last(bridge)).toBe("app.stopped");
  },
);

it.skipIf(!canContain)("tells what is wrong with the configuration, and ends with 78", async () => {
  const { image, volume } = await imageFolder();
  const bridge = spawnBridge(
    {},
    {
      under: inContainer({ readOnly: image, volume }),
      command: onOurNode(IMAGE.entrypoint),
      folder: image,
    },
  );
  expect(await bridge.exited).toEqual({ code: 78, signal: null });
  expect(bridge.stderr).toContain("SLACK_BOT_TOKEN");
});
