import { setTimeout as pause } from "node:timers/promises";
import type { ToldClock } from "./told-clock.ts";

/** Small enough that nothing is late: what comes a minute late comes after a downtime, as the bridge sees it. */
const STEP_MS = 20_000;
const PAUSE_MS = 60;

/** Lets so much time pass within seconds, as a clock that runs fast. */
export async function passTime(clock: ToldClock, ms: number): Promise<void> {
  const until = clock.aheadMs + ms;
  while (clock.aheadMs < until) {
    clock.putAhead(Math.min(until, clock.aheadMs + STEP_MS));
    await pause(PAUSE_MS);
  }
}
