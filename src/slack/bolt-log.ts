import { type Logger, LogLevel } from "@slack/bolt";
import type { Log } from "../log.ts";

/**
 * Slack's libraries log through ours. Their debug lines hold message texts, so they stay off whatever our level is.
 */
export function createBoltLog(log: Log): Logger {
  const write =
    (level: "info" | "warn" | "error") =>
    (...parts: readonly unknown[]) =>
      log[level]({ detail: parts.map(String).join(" ") }, "slack.library");
  return {
    debug: () => {},
    info: (...parts) => log.debug({ detail: parts.map(String).join(" ") }, "slack.library"),
    warn: write("warn"),
    error: write("error"),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}
