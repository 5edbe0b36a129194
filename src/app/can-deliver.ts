import type { Reach } from "../reach.ts";

/** How often is asked whether a side is back that owes an answer. */
const ASK_EVERY_MS = 2_000;

/**
 * Whether this replica can carry anything now, for whoever asks again and again. As long as a side owes an answer it is asked for one,
 * so that its return is noticed also where nothing waits for it.
 */
export function createCanDeliver(
  reach: Reach,
  asks: readonly (() => Promise<unknown>)[],
  monotonic: () => number,
): () => boolean {
  let askedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (reach.isInDoubt() && monotonic() - askedAt >= ASK_EVERY_MS) {
      askedAt = monotonic();
      // Whatever comes of it, `reach` hears of it.
      for (const ask of asks) ask().catch(() => {});
    }
    return !reach.isCutOff();
  };
}
