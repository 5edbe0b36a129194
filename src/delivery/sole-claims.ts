import type { ClaimHolder, Claims, Tenure } from "./claims.ts";

/** How soon a dead letter is noticed that another process has requeued. */
const WATCH_INTERVAL_MS = 1_000;

/**
 * The claims of the only process that handles anything: all lanes are in one share, which is taken at the start and never lost.
 * Tools beside it may requeue dead letters; `hasChangedElsewhere` tells whether another process has written since the last
 * call.
 */
export function createSoleClaims(hasChangedElsewhere: () => Promise<boolean>): Claims {
  const ending = new AbortController();
  const tenure: Tenure = {
    share: 0,
    signal: ending.signal,
    isLost: () => false,
    run: (work) => work(),
    stillOurs: () => undefined,
  };
  let holders: readonly ClaimHolder[] = [];
  let watching: NodeJS.Timeout | undefined;
  /** The lanes have not been told yet. */
  let hasChanged = false;

  async function look(): Promise<void> {
    hasChanged ||= await hasChangedElsewhere();
    if (!hasChanged || ending.signal.aborted) return;
    await Promise.all(holders.map((holder) => holder.changed(undefined)));
    hasChanged = false;
  }

  async function stop(): Promise<void> {
    clearInterval(watching);
    ending.abort(new Error("The bridge is stopping"));
    await Promise.all(holders.map((holder) => holder.leave(tenure)));
  }

  return {
    shareOf: () => 0,
    async start(given) {
      holders = given;
      try {
        // Before the lanes are read: what is requeued between that and the first look then counts as changed.
        await hasChangedElsewhere();
        await Promise.all(holders.map((holder) => holder.take(tenure)));
      } catch (error) {
        await stop();
        throw error;
      }
      if (ending.signal.aborted) return;
      watching = setInterval(() => {
        // A journal that cannot be read raises an alarm by itself; the next look comes in a second.
        void look().catch(() => {});
      }, WATCH_INTERVAL_MS);
    },
    stop,
  };
}
