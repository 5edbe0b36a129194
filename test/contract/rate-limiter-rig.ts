import { vi } from "vitest";
import type { CreateRateLimiter } from "../../src/delivery/rate-limiter.ts";

/** Replicas that share a pace, on the timers of the test. */
export interface Rig {
  /** One more of them. */
  replica(): CreateRateLimiter;
  /** Resolves when everything has been answered that was asked until now. */
  settled(): Promise<void>;
  /** How late a turn may come where another replica was expected to take it, ms. */
  readonly latenessMs: number;
}

/** Timers and the clocks of this process stand still from now on, until the end of the test. */
export const stopTime = () =>
  vi.useFakeTimers({
    now: 1_000_000,
    toFake: ["setTimeout", "clearTimeout", "performance", "Date"],
  });

/** Lets so much time pass, with everything that happens in it. */
export async function pass(ms: number, { settled }: Pick<Rig, "settled">): Promise<void> {
  let isOver = false;
  setTimeout(() => {
    isOver = true;
  }, ms);
  await settled();
  while (!isOver) {
    await vi.advanceTimersToNextTimerAsync();
    await settled();
  }
}
