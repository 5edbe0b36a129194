import type { Fields } from "./log.ts";

const MINUTE_MS = 60_000;

/**
 * What may happen any number of times must not flood the log: the first of a kind is written at once, those that follow within a
 * minute together at its end, with their `count`. Equal fields are one kind, so none of them may be of a stranger's choice.
 */
export function createSparseLog(write: (fields: Fields) => void): (fields: Fields) => void {
  /** For each kind, how many came since the last line about it. */
  const untold = new Map<string, number>();

  function tell(kind: string, fields: Fields): void {
    write(fields);
    untold.set(kind, 0);
    setTimeout(() => {
      const count = untold.get(kind) ?? 0;
      untold.delete(kind);
      if (count > 0) tell(kind, { ...fields, count });
    }, MINUTE_MS).unref();
  }

  return (fields) => {
    const kind = JSON.stringify(fields);
    const count = untold.get(kind);
    if (count === undefined) tell(kind, fields);
    else untold.set(kind, count + 1);
  };
}
