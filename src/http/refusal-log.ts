import type { Fields, Log } from "../log.ts";

/** To be called for each refused request. Equal fields are one kind, so none of them may be of the sender's choice. */
export type RefusalLog = (refusal: Fields) => void;

const MINUTE_MS = 60_000;

/**
 * Anybody can send requests that are refused, so a flood of them must not flood the log: the first of a kind is logged at
 * once, those that follow within a minute together at its end, with their `count`. `onRefused` is called for each.
 */
export function createRefusalLog(log: Log, event: string, onRefused: () => void): RefusalLog {
  /** For each kind, how many came since the last line about it. */
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
