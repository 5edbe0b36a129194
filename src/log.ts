import { pino } from "pino";
import type { LogLevel } from "./config/variables.ts";

type Fact = string | number | boolean | null | undefined;

/** Flat, so that no object with more in it than somebody thought of gets into the log. */
export type Fields = Readonly<Record<string, Fact | readonly Fact[]>>;

/**
 * Events in the past tense (`delivery.attempted`), facts as fields with fixed names (`user_id`, `thread`, `item`, …).
 * Message texts, names, e-mail addresses and tokens never at `info` or above.
 */
export interface Log {
  debug(fields: Fields, event: string): void;
  info(fields: Fields, event: string): void;
  warn(fields: Fields, event: string): void;
  error(fields: Fields, event: string): void;
  child(fields: Fields): Log;
}

/** Standard output, written synchronously: else the end of the process could lose lines, or mix up their order. */
export const openStandardOutput = () => pino.destination({ dest: 1, sync: true });

/** JSON lines. */
export const createLog = (
  level: LogLevel,
  output: { write(line: string): unknown } = openStandardOutput(),
): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    output,
  );

/** The fields of an error for the log; without the text of its cause, which could hold a URL or a body. */
export const errorFields = (error: unknown): Fields =>
  error instanceof Error
    ? { error: error.message, error_name: error.name, stack: error.stack }
    : { error: String(error) };
