import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { findFreePort } from "../../bench/free-port.ts";
import { handBack, handOver, PATIENCE } from "../support/steps.ts";
import { CALLBACK_TOKEN, startWorld } from "../support/world.ts";

const CADDYFILE = join(import.meta.dirname, "../../examples/caddy/Caddyfile");
/** What Debian's package `caddy` brings. */
const CADDY = "/usr/bin/caddy";

/** Caddy as the example sets it up, before these two bridges; its address. */
async function startCaddy(first: string, second: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "caddy-"));
  const site = `http://127.0.0.1:${await findFreePort()}`;
  const config = readFileSync(CADDYFILE, "utf8")
    .replace("bridge-1:3000", first)
    .replace("bridge-2:3000", second);
  const file = join(folder, "Caddyfile");
  await writeFile(file, `{\n\tadmin off\n}\n${config}`);
  const caddy = spawn(CADDY, ["run", "--config", file, "--adapter", "caddyfile"], {
    env: { SITE_ADDRESS: site, HOME: folder },
    stdio: "ignore",
  });
  onTestFinished(async () => {
    await end(caddy);
    await rm(folder, { recursive: true });
  });
  const answers = () =>
    fetch(site)
      .then(({ status }) => status)
      .catch(() => undefined);
  await expect.poll(answers, PATIENCE).toBe(404);
  return site;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

it.skipIf(!existsSync(CADDY))(
  "lets in what Slack, Parley and bots ask, by whichever bridge is there, and nothing else",
  async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { host } = new URL(world.bridgeUrl());
    const site = await startCaddy(host, `127.0.0.1:${await findFreePort()}`);
    slack.deliverTo(`${site}/slack/events`);
    parley.registerCallback(parley.agentService.identification, `${site}/parley/callback`, {
      authorization: CALLBACK_TOKEN,
    });

    for (let round = 0; round < 3; round++) {
      const { root, ts } = await handOver(world);
      await (await slack.post({ user: "U0ANNA", threadTs: ts, text: "Hi" })).delivered;
      await handBack(world, root);
    }

    const statusOf = async (path: string) => (await fetch(`${site}${path}`)).status;
    expect(await statusOf("/parley/availability")).toBe(401);
    expect(await statusOf("/healthz")).toBe(200);
    for (const path of ["/metrics", "/readyz", "/readyz/intake", "/slack", "/"]) {
      expect([path, await statusOf(path)]).toEqual([path, 404]);
    }
  },
);
