import type { Clock } from "../../bridge/clock.ts";
import { clockOf } from "../../bridge/clock-of.ts";
import type { Conversation } from "../../bridge/conversation.ts";
import { runningLease } from "../../bridge/handovers/lease.ts";
import { ROOT_STEPS_MS } from "../../views/root-steps.ts";

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** When the root of a User who waits says anew for how long, after that each hour, and from the second day on each day. */
const { waiting: UNCLAIMED_MS } = ROOT_STEPS_MS;
/** The same while somebody has claimed it: then it does not say it before the first of these. */
export const { silent: CLAIMED_MS } = ROOT_STEPS_MS;

/** The next moment after `now` at which the root is to say anew for how long the User waits; `undefined`: the User does not. */
export function nextRootAt(
  { waitingSince }: Pick<Conversation, "waitingSince">,
  kind: Clock["kind"],
  now: number,
): number | undefined {
  if (kind === "idle" || waitingSince === undefined) return undefined;
  const passed = Math.max(0, now - waitingSince);
  const first = (kind === "waiting" ? UNCLAIMED_MS : CLAIMED_MS).find((ms) => ms > passed);
  const every = passed < DAY_MS ? HOUR_MS : DAY_MS;
  return waitingSince + (first ?? (Math.floor(passed / every) + 1) * every);
}

/** What the root shows of who waits and who answers, as far as it does not change by time alone. */
export function shownBy(conversation: Conversation): string {
  const clock = clockOf(conversation);
  const until = runningLease(conversation)?.until;
  return JSON.stringify([conversation.claim?.by, clock?.kind === "waiting" && clock.since, until]);
}
