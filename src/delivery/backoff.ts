/** How failed items are tried again. */
export interface BackoffPolicy {
  readonly firstMs: number;
  readonly capMs: number;
  /** An item older than this becomes a dead letter at its next failure. */
  readonly maxAgeMs: number;
}

/**
 * The pause before the next attempt, ms: it doubles from `firstMs` up to `capMs`, and is then shortened by up to a half, at
 * random, so that lanes that failed together do not try again together. `random` is in [0, 1).
 */
export function backoffMs(policy: BackoffPolicy, attempt: number, random: number): number {
  const ceiling = Math.min(policy.capMs, policy.firstMs * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + random / 2));
}
