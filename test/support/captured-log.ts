import type { Fields, Log } from "../../src/log.ts";

export interface Line {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly event: string;
  readonly fields: Fields;
}

/** A log that keeps its lines, so that a test can ask what an operator would have seen. */
export interface CapturedLog extends Log {
  readonly lines: readonly Line[];
}

export function captureLog(fields: Fields = {}, lines: Line[] = []): CapturedLog {
  const at = (level: Line["level"]) => (more: Fields, event: string) => {
    lines.push({ level, event, fields: { ...fields, ...more } });
  };
  return {
    lines,
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (more) => captureLog({ ...fields, ...more }, lines),
  };
}
