import { type BridgeError, CancelledError, RateLimitedError, toBridgeError } from "../errors.ts";
import { type BackoffPolicy, backoffMs } from "./backoff.ts";
import type { Tenure } from "./claims.ts";

/** A defect does not go away by itself, but a passing failure may look like one, so it gets more tries than one. */
export const DEFECT_TRIES = 3;

/** How long an item waits for a version that knows what it says: as long as replicas are updated one after the other. */
const LATER_VERSION_MS = 60 * 60_000;

/** What becomes of an item whose attempt has failed. Pauses are in ms. */
export type Outcome =
  /** The lane is given back, or was lost; whoever has it next tries it again. */
  | { readonly kind: "interrupted" }
  /** Somebody cancelled or replaced it meanwhile, and the journal knows what comes next. */
  | { readonly kind: "cancelled"; readonly error: BridgeError }
  | { readonly kind: "ignored"; readonly error: BridgeError }
  | { readonly kind: "dead"; readonly error: BridgeError }
  /** `countedMs`: how much of the pause counts as time for which the item was tried. */
  | {
      readonly kind: "deferred";
      readonly error: BridgeError;
      readonly pauseMs: number;
      readonly countedMs: number;
    };

/** What is known of the item and its attempt. */
interface Circumstances {
  tenure: Pick<Tenure, "signal" | "isLost">;
  /** 1 at the first. */
  attempt: number;
  ageMs: number;
  /** How many attempts in a row have met a defect before this one. */
  defects: number;
  policy: BackoffPolicy;
  /** In [0, 1). */
  random: number;
}

/** Decides by the disposition of what was thrown, see `Lanes`. */
export function outcomeOf(
  thrown: unknown,
  { tenure, attempt, ageMs, defects, policy, random }: Circumstances,
): Outcome {
  const isGivenBack = tenure.signal.aborted && thrown === tenure.signal.reason;
  if (isGivenBack || tenure.isLost()) return { kind: "interrupted" };
  const error = toBridgeError(thrown);
  if (error instanceof CancelledError) return { kind: "cancelled", error };
  const { disposition } = error;
  if (disposition === "ignore") return { kind: "ignored", error };
  const isHopeless =
    ageMs > policy.maxAgeMs ||
    (error.code === "unreadable" && ageMs > LATER_VERSION_MS) ||
    (error.code === "defect" && defects + 1 >= DEFECT_TRIES);
  if (disposition === "dead-letter" || disposition === "uncertain" || isHopeless) {
    return { kind: "dead", error };
  }
  const ownMs = backoffMs(policy, attempt, random);
  const askedMs = error instanceof RateLimitedError ? error.retryAfterMs : ownMs;
  const pauseMs = Math.min(askedMs, policy.maxAgeMs);
  return { kind: "deferred", error, pauseMs, countedMs: Math.min(pauseMs, ownMs) };
}
