import { type Clock, systemClock } from "../src/clock.ts";

/** A clock that somebody can put forward. */
export interface ToldClock extends Clock {
  /** How far it is ahead of the machine's. */
  readonly aheadMs: number;
  /** Puts it so far ahead of the machine's; never back. */
  putAhead(ms: number): void;
  /** Calls `look` whenever it was put forward. */
  onMoved(look: () => void): void;
}

export function createToldClock(startsAheadMs = 0): ToldClock {
  let aheadMs = startsAheadMs;
  const looks: (() => void)[] = [];
  return {
    get aheadMs() {
      return aheadMs;
    },
    now: () => systemClock.now() + aheadMs,
    monotonic: () => systemClock.monotonic() + aheadMs,
    putAhead(ms) {
      if (ms <= aheadMs) return;
      aheadMs = ms;
      for (const look of looks) look();
    },
    onMoved(look) {
      looks.push(look);
    },
  };
}
