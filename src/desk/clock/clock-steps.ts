import type { Clock, Conversation } from "../../bridge/conversation.ts";
import { isTakenOver } from "../../bridge/ownership/taken-over.ts";
import type { DeskRules, HandBackReason, OpeningHours, REMINDED } from "../../config/desk-rules.ts";
import { afterOpenMs, isOpen, openMsBetween } from "../hours.ts";

/** What a desk does by itself. */
type Deed =
  | { readonly remind: (typeof REMINDED)[number] }
  | { readonly tellUser: string }
  | { readonly handBack: HandBackReason }
  /** Whoever has claimed it loses it. */
  | { readonly release: true };

/** A step of what happens while a clock runs. */
export interface ClockStep {
  /** On the clock, in opening hours; 0 is its beginning, whether that is open or not. */
  readonly afterMs: number;
  readonly deed: Deed;
  /** It is left out once it is open. */
  readonly whileClosed?: true;
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
      return [...(isOutside ? [outsideStep(rules)] : []), ...rules.waiting.map(toStep)];
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

const toStep = ({ afterMs, ...deed }: DeskRules["waiting"][number]): ClockStep => ({
  afterMs,
  deed,
});

/**
 * What is to be done now, and how far the clock is done then. Of what was to be done at several moments it is the latest: a
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
    ({ afterMs, whileClosed }) => afterMs === latest && !(whileClosed && isOpen(hours, now)),
  );
  return { due, done: latest };
}

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
