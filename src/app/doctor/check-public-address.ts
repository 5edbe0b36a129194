import { identifyBridge, VERSION } from "../../build-info.ts";
import { ConfigError } from "../../errors.ts";
import { lookAtHost } from "../../http/look-at-host.ts";
import type { Remark } from "../../ops/doctor/check.ts";
import { failureOf } from "./check-network.ts";
import { readHealth } from "./read-health.ts";
import type { Site } from "./site.ts";

const LOOK_MS = 8_000;

/**
 * Whether the address under which others reach the bridge leads to this one.
 *
 * @throws {ConfigError} it leads elsewhere; says what to do · {NetworkError} it can pass
 */
export async function checkPublicAddress({
  config: { publicUrl, parley },
}: Pick<Site, "config">): Promise<readonly Remark[]> {
  if (publicUrl === undefined) {
    return [
      {
        status: "open",
        detail:
          "PUBLIC_URL is not set; set it to the address that Slack and Parley were told, such as https://bridge.example.com, to have it asked",
      },
    ];
  }
  const url = `${publicUrl}/healthz`;
  const { host, pathname } = new URL(url);
  // Without a name and a password that may stand in it.
  const place = `${host}${pathname}`;
  const sight = await lookAtHost(url, LOOK_MS);
  if (sight.kind === "none") {
    throw failureOf(sight, { place: host, url, variable: "PUBLIC_URL", hint: "" });
  }
  const health = readHealth(sight);
  if (health?.bridge === undefined) {
    throw new ConfigError([
      `${place} answers ${sight.status}, but not as a bridge of this version or a later one: start it if it does not run, and let the proxy in front of it pass /healthz beside /slack/events and /parley/*`,
    ]);
  }
  if (health.bridge !== identifyBridge(parley)) {
    throw new ConfigError([
      `${place} leads to a bridge of another Service or account of Parley; check PUBLIC_URL, and where the proxy leads`,
    ]);
  }
  if (health.version !== VERSION) {
    return [
      {
        status: "warning",
        detail: `version ${health.version} of this bridge answers at ${place}, and this is ${VERSION}`,
      },
    ];
  }
  return [
    {
      status: "ok",
      detail: `${place} leads to this bridge, as seen from here; that Slack and Parley see it too, their first requests show`,
    },
  ];
}
