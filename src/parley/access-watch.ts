import type { Alarms } from "../alarms.ts";
import type { ParleyAccessError } from "../errors.ts";
import { accessAdvice } from "./access-advice.ts";

/** Longer than the pauses between attempts, so that what is still refused has been refused again by then. */
const QUIET_MS = 120_000;

/** Raises and clears the alarm about access, also while Parley refuses one kind of call and answers another. */
export interface AccessWatch {
  refused(kind: string, error: ParleyAccessError): void;
  answered(kind: string): void;
}

export function createAccessWatch(
  alarms: Pick<Alarms, "raise" | "clear">,
  now: () => number = () => performance.now(),
): AccessWatch {
  let last: { kind: string; at: number } | undefined;
  return {
    refused(kind, error) {
      last = { kind, at: now() };
      alarms.raise("parley-access", accessAdvice(error));
    },
    answered(kind) {
      if (!last || (kind !== last.kind && now() - last.at < QUIET_MS)) return;
      last = undefined;
      alarms.clear("parley-access");
    },
  };
}
