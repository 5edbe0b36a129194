import { createHash } from "node:crypto";
import packageJson from "../package.json" with { type: "json" };
import type { Config } from "./config/read-config.ts";

/** What runs here, for the log and for the metric `parley_bridge_build_info`. */
export interface BuildInfo {
  readonly version: string;
  readonly node: string;
  /** `test` if Slack or Parley is not the real one. */
  readonly mode: "live" | "test";
  /** How Slack reaches the bridge. */
  readonly transport: "http" | "socket";
}

/** Of the program. */
export const { version: VERSION } = packageJson;

export function describeBuild({ slack, parley }: Config): BuildInfo {
  const isLive = isAt(slack.apiUrl, "slack.com") && isAt(parley.apiUrl, "parley.nu");
  return {
    version: VERSION,
    node: process.version,
    mode: isLive ? "live" : "test",
    transport: slack.appToken ? "socket" : "http",
  };
}

/** Which bridge it is, as it says at `/healthz`: the same for all that are one Service of one account. It tells nobody which. */
export const identifyBridge = ({
  serviceId,
  accountId,
}: Pick<Config["parley"], "serviceId" | "accountId">): string =>
  createHash("sha256").update(`${serviceId}|${accountId}`).digest("hex").slice(0, 16);

const isAt = (url: string, domain: string): boolean =>
  `.${new URL(url).hostname}`.endsWith(`.${domain}`);
