import type { Fields, Log } from "../log.ts";

/** To be told of each request that was refused. Equal fields are one kind, so they hold nothing of the sender's choice. */
export type RefusalLog = (refusal: Fields) => void;

const MINUTE_MS = 60_000;

/**
 * Anybody can send what has to be refused, so a flood of it must not become one of the log: the first of a kind is told at
 * once, and those that come within a minute of a line about the same together at its end, with their `count`.
 * `onRefused` hears of each.
 */
export function createRefusalLog(log: Log, event: string, onRefused: () => void): RefusalLog {
  /** How many of a kind came since the latest line about it. */
  const untold = new Map<string, number>();

  function tell(kind: string, refusal: Fields): void {
    log.warn(refusal, event);
    untold.set(kind, 0);
    setTimeout(() => {
      const count = untold.get(kind) ?? 0;
      untold.delete(kind);
      if (count > 0) tell(kind, { ...refusal, count });
    }, MINUTE_MS).unref();
  }

  return (refusal) => {
    onRefused();
    const kind = JSON.stringify(refusal);
    const count = untold.get(kind);
    if (count === undefined) tell(kind, refusal);
    else untold.set(kind, count + 1);
  };
}
