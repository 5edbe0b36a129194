import type { Clock, RunningClock } from "../../bridge/clock.ts";
import type { Conversation } from "../../bridge/conversation.ts";
import { isTakenOver } from "../../bridge/ownership/taken-over.ts";
import type { DeskRules, HandBackReason, OpeningHours, REMINDED } from "../../config/desk-rules.ts";
import { afterOpenMs, isOpen, openMsBetween, openTimes } from "../hours.ts";

/** What a desk does by itself. */
type Deed =
  | { readonly remind: (typeof REMINDED)[number] }
  | { readonly tellUser: string }
  | { readonly handBack: HandBackReason }
  /** Whoever has claimed it loses it. */
  | { readonly release: true }
  /** It is given to the agent whose turn it is. */
  | { readonly turn: true };

/** A step of what happens while a clock runs. */
export interface ClockStep {
  /** On the clock, in opening hours; 0 is its beginning, whether that is open or not. */
  readonly afterMs: number;
  readonly deed: Deed;
  /** It is left out once it is open. */
  readonly whileClosed?: true;
  /** Which further try it is of one that did not work. */
  readonly again?: number;
}

/** Nothing is done of a clock yet. */
export const NOTHING_DONE = -1;

/** What happens while this clock runs, the earliest first. */
export function stepsOf(
  { kind, since }: Clock,
  { openedAt, metadata }: Pick<Conversation, "openedAt" | "metadata">,
  rules: DeskRules,
): readonly ClockStep[] {
  switch (kind) {
    case "waiting": {
      // Whoever has taken the User over is there, whatever the hours say.
      const isOutside =
        since === openedAt && !isTakenOver(metadata) && !isOpen(rules.hours, openedAt);
      return [
        ...(isOutside ? [outsideStep(rules)] : []),
        ...turnStep(rules, since),
        ...rules.waiting.map(toStep),
      ].toSorted((a, b) => a.afterMs - b.afterMs);
    }
    case "silent": {
      if (!rules.silent) return [];
      const { afterMs, release } = rules.silent;
      return [
        { afterMs: Math.floor(afterMs / 2), deed: { remind: "claimant" } },
        { afterMs, deed: release ? { release } : { remind: "claimant" } },
      ];
    }
    case "idle":
      return rules.idle.map(toStep);
  }
}

/** What becomes of a handover outside of the hours. */
const outsideStep = ({ outside }: DeskRules): ClockStep => ({
  afterMs: 0,
  deed: outside === "hand-back" ? { handBack: "outside_hours" } : { tellUser: "outside-hours" },
  whileClosed: true,
});

const WEEK_MS = 7 * 86_400_000;

/** Nobody gets a turn while the team is not there; so whoever still waits when it opens next is given to somebody then. */
function turnStep({ assign, hours }: DeskRules, since: number): ClockStep[] {
  if (assign !== "round-robin" || !hours) return [];
  let openUntil = since;
  for (const { from, to } of openTimes(hours, since)) {
    if (from > openUntil) return [{ afterMs: openUntil - since + 1, deed: { turn: true } }];
    openUntil = to;
    // They never close.
    if (openUntil - since > WEEK_MS) break;
  }
  return [];
}

const toStep = ({ afterMs, ...deed }: DeskRules["waiting"][number]): ClockStep => ({
  afterMs,
  deed,
});

/**
 * What is to be done now, and how far the clock is done then. Of what was to be said at several moments it is the latest: a
 * downtime is not made up for in a heap.
 */
export function dueSteps(
  steps: readonly ClockStep[],
  { since, done }: Pick<Clock, "since"> & { readonly done: number },
  hours: OpeningHours | undefined,
  now: number,
): { readonly due: readonly ClockStep[]; readonly done: number } {
  const passed = openMsBetween(hours, since, now);
  const reached = steps.filter(
    ({ afterMs }) => afterMs > done && afterMs <= passed && since <= now,
  );
  const latest = Math.max(done, ...reached.map(({ afterMs }) => afterMs));
  const due = reached.filter(
    ({ afterMs, whileClosed, deed }) =>
      (afterMs === latest || "turn" in deed) && !(whileClosed && isOpen(hours, now)),
  );
  return { due, done: latest };
}

/** What did not work is tried again after this time. */
const AGAIN_MS = 10 * 60_000;

/** When a hand-back that did not work is tried again. */
export const againAt = ({ at }: NonNullable<RunningClock["failed"]>): number => at + AGAIN_MS;

/** The moment of the next step; `undefined`: there is none. */
export function nextStepAt(
  steps: readonly ClockStep[],
  { since, done }: Pick<Clock, "since"> & { readonly done: number },
  hours: OpeningHours | undefined,
): number | undefined {
  const next = steps.find(({ afterMs }) => afterMs > done);
  if (!next) return undefined;
  return next.afterMs === 0 ? since : afterOpenMs(hours, since, next.afterMs);
}
