import { setTimeout as pause } from "node:timers/promises";
import type { FakeParley } from "../fakes/parley/fake-parley.ts";
import type { FakeSlack } from "../fakes/slack/fake-slack.ts";
import type { ToldClock } from "./told-clock.ts";

/** Small enough that nothing is late: what comes a minute late comes after a downtime, as the bridge sees it. */
const STEP_MS = 30_000;
/** So long nobody has asked Slack or Parley for anything: what was to be done at a step is done. */
const QUIET_MS = 120;
/** There may be trouble, in which it never gets quiet. */
const PATIENCE_MS = 2_000;

/** Lets so much time pass within seconds, as a clock that runs fast. */
export async function passTime(
  clock: ToldClock,
  ms: number,
  { slack, parley }: { readonly slack: FakeSlack; readonly parley: FakeParley },
): Promise<void> {
  let heardAt = 0;
  const hear = () => {
    heardAt = performance.now();
  };
  const unsubscribers = [slack.subscribe(hear), parley.subscribe(hear)];
  const until = clock.aheadMs + ms;
  while (clock.aheadMs < until) {
    clock.putAhead(Math.min(until, clock.aheadMs + STEP_MS));
    hear();
    const patientUntil = performance.now() + PATIENCE_MS;
    while (performance.now() < Math.min(heardAt + QUIET_MS, patientUntil))
      await pause(QUIET_MS / 4);
  }
  for (const unsubscribe of unsubscribers) unsubscribe();
}
