import { type Logger, LogLevel } from "@slack/bolt";
import type { Log } from "../log.ts";

/**
 * Lets Slack's libraries log through our log. Their debug lines hold message texts, so they are off at every log level.
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
