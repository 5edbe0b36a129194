import type { HandBackReason } from "../config/desk-rules.ts";

export const CLOCK_KINDS = ["waiting", "silent", "idle"] as const;

/** Whom the time runs for: nobody has claimed it · the agent who has owes an answer · the User does. */
export interface Clock {
  readonly kind: (typeof CLOCK_KINDS)[number];
  readonly since: number;
}

export interface RunningClock extends Clock {
  /** The steps up to this time on the clock, in ms, are carried out or left out; before the first it is -1. */
  readonly done: number;
  /** The number of the newest tick, which is in its id: earlier ones count for nothing. */
  readonly tick: number;
  /** When that tick comes, if not earlier than anything is to happen; missing: nothing is. */
  readonly next?: number;
  /** A hand-back while it ran that did not work: how often it was tried, and when last. */
  readonly failed?: {
    readonly handBack: HandBackReason;
    readonly tried: number;
    readonly at: number;
  };
}

export const isSameClock = (a: Clock | undefined, b: Clock | undefined): boolean =>
  a?.kind === b?.kind && a?.since === b?.since;
