import { identifyBridge } from "../../build-info.ts";
import type { Config } from "../../config/read-config.ts";
import { ConfigError } from "../../errors.ts";
import { createHttpServer } from "../../http/http-server.ts";
import { lookAtOwnPort } from "../../http/look-at-host.ts";
import { createLog } from "../../log.ts";
import { readHealth } from "./read-health.ts";

/** How long a bridge that runs on this machine may take to answer. */
const LOOK_MS = 2_000;

/** Whether this bridge runs where it would listen, or could. @throws {ConfigError} {BridgeError} something else is there */
export async function checkPort({ host, port, parley }: Config): Promise<string> {
  const place = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const sight = port === 0 ? undefined : await lookAtOwnPort(`http://${place}/healthz`, LOOK_MS);
  const health = sight && readHealth(sight);
  if (health?.bridge === identifyBridge(parley)) return `the bridge runs at ${place}`;
  if (health?.bridge !== undefined) {
    throw new ConfigError([
      `a bridge of another Service or account of Parley runs at ${place}; choose another PORT`,
    ]);
  }
  if (health) return `a bridge of an earlier version runs at ${place}`;
  const server = createHttpServer([], createLog("silent"));
  await server.start(host, port);
  await server.stop();
  return `${place} is free`;
}
