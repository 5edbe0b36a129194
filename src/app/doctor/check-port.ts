import type { Config } from "../../config/read-config.ts";
import { createHttpServer } from "../../http/http-server.ts";
import { lookAtOwnPort } from "../../http/look-at-host.ts";
import { createLog } from "../../log.ts";
import { readHealth } from "./read-health.ts";

/** How long a bridge that runs on this machine may take to answer. */
const PROBE_TIMEOUT_MS = 2_000;

/** Whether a bridge runs where this one would listen, or could. @throws {ConfigError} {BridgeError} something else is there */
export async function checkPort({ host, port }: Config): Promise<string> {
  const place = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const health = `http://${place}/healthz`;
  if (port !== 0 && readHealth(await lookAtOwnPort(health, PROBE_TIMEOUT_MS))) {
    return `a bridge runs at ${place}`;
  }
  const server = createHttpServer([], createLog("silent"));
  await server.start(host, port);
  await server.stop();
  return `${place} is free`;
}
