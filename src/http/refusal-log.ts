import type { Fields, Log } from "../log.ts";
import { createSparseLog } from "../sparse-log.ts";

/** To be called for each refused request. Equal fields are one kind, so none of them may be of the sender's choice. */
export type RefusalLog = (refusal: Fields) => void;

/** Anybody can send requests that are refused: see `createSparseLog`. `onRefused` is called for each. */
export function createRefusalLog(log: Log, event: string, onRefused: () => void): RefusalLog {
  const tell = createSparseLog((fields) => log.warn(fields, event));
  return (refusal) => {
    onRefused();
    tell(refusal);
  };
}
