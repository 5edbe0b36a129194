export interface BackoffPolicy {
  readonly firstMs: number;
  readonly capMs: number;
  /** An item older than this is given up at its next failure. */
  readonly maxAgeMs: number;
}

/**
 * The pause before the next try: doubles from `firstMs` up to `capMs`, then spread over its upper half so that lanes
 * that failed together do not come back together. `random` in [0, 1).
 */
export function backoffMs(policy: BackoffPolicy, attempt: number, random: number): number {
  const ceiling = Math.min(policy.capMs, policy.firstMs * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + random / 2));
}
