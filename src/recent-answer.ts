import { withinTime } from "./within-time.ts";

export interface RecentAnswerOptions {
  /** An answer that is older is asked for anew. */
  readonly lifeMs: number;
  readonly monotonic: () => number;
  readonly onError: (thrown: unknown) => void;
}

/** An answer that could not be asked for anew is given for so long. */
const KEPT_MS = 10 * 60_000;
/** Nobody waits longer for it. */
const WAIT_MS = 1_000;
/** What takes long is asked for less often: it is under way for a twentieth of the time at most. */
const PAUSE_FACTOR = 20;
const MAX_PAUSE_MS = 60_000;

/**
 * The answer to a question that many ask: it is asked once for all who wait, and not again while its answer is recent. Never
 * fails: if asking does, or takes long, the last answer of some minutes counts. `undefined`: there is none.
 */
export function recentAnswer<T>(
  ask: () => Promise<T>,
  { lifeMs, monotonic, onError }: RecentAnswerOptions,
): () => Promise<T | undefined> {
  let known: { readonly answer: T; readonly at: number } | undefined;
  let until = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  async function askAnew(): Promise<void> {
    const at = monotonic();
    try {
      known = { answer: await ask(), at };
    } catch (thrown) {
      onError(thrown);
    }
    const pauseMs = Math.min(PAUSE_FACTOR * (monotonic() - at), MAX_PAUSE_MS);
    until = at + Math.max(lifeMs, pauseMs);
  }

  return async () => {
    if (monotonic() >= until) {
      asking ??= askAnew().finally(() => {
        asking = undefined;
      });
      await withinTime(asking, WAIT_MS, undefined);
    }
    return known && monotonic() - known.at <= KEPT_MS ? known.answer : undefined;
  };
}
