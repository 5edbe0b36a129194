/** What the work tells the time by; tests move it on. */
export interface Clock {
  /** ms since the epoch, for what must outlast a restart. */
  readonly now: () => number;
  /** ms that never jump, for pauses. */
  readonly monotonic: () => number;
  /** Has `look` called whenever somebody has moved the clock on; missing: nobody does. What waits for a moment looks again then. */
  readonly onMoved?: (look: () => void) => void;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
