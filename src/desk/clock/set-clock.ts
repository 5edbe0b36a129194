import { type Clock, isSameClock, type RunningClock } from "../../bridge/clock.ts";
import { clockOf } from "../../bridge/clock-of.ts";
import type { Conversation } from "../../bridge/conversation.ts";
import { leaseEndsAt, runningLease } from "../../bridge/handovers/lease.ts";
import type { DeskRules } from "../../config/desk-rules.ts";
import { defined } from "../../defined.ts";
import { opensAt } from "../hours.ts";
import { againAt, NOTHING_DONE, nextStepAt, stepsOf } from "./clock-steps.ts";
import { nextRootAt } from "./root-moments.ts";

/** A thread has so long to open. */
const OPENING_MS = 60_000;

type Progress = Clock & Pick<RunningClock, "done" | "failed">;

/** The moment at which something is to happen while this clock runs, if nothing changes; `undefined`: nothing is. */
function nextTickAt(
  conversation: Conversation,
  clock: Progress,
  rules: DeskRules,
  now: number,
): number | undefined {
  const step = nextStepAt(stepsOf(clock, conversation, rules), clock, rules.hours);
  // What a desk does by itself is said in the thread, which opens soon, unless Slack keeps it from opening.
  const earliest = conversation.thread ? 0 : conversation.openedAt + OPENING_MS;
  const lease = runningLease(conversation);
  const moments = [
    step === undefined ? undefined : Math.max(step, earliest),
    lease && Math.max(leaseEndsAt(lease), earliest),
    clock.failed && againAt(clock.failed),
    conversation.thread && nextRootAt(conversation, clock.kind, now),
  ].filter((moment) => moment !== undefined);
  return moments.length > 0 ? Math.min(...moments) : undefined;
}

/**
 * The conversation with the clock that runs now. A tick that waits and comes early enough stays: it looks what is to happen next.
 * Else there is another tick, for a moment at which something is.
 */
export function withClock(conversation: Conversation, rules: DeskRules, now: number): Conversation {
  const { clock: former, ...rest } = conversation;
  const clock = clockOf(conversation);
  if (!clock) return former ? rest : conversation;
  const progress = progressOf(former, clock, rules, now);
  const wanted = nextTickAt(conversation, progress, rules, now);
  const next = former?.next;
  const stays = wanted === undefined || (next !== undefined && next <= wanted);
  const tick = former?.tick ?? 0;
  return {
    ...rest,
    clock: {
      ...progress,
      ...(stays ? { tick, ...defined({ next }) } : { tick: tick + 1, next: wanted }),
    },
  };
}

/** How far this clock has come: as far as the former one, if it is that. */
export function progressOf(
  former: RunningClock | undefined,
  clock: Clock,
  rules: DeskRules,
  now: number,
): Progress {
  const start = { ...clock, done: NOTHING_DONE };
  if (!former || !isSameClock(former, clock)) return start;
  const { done, failed } = former;
  const isToBeTried = failed && !isOver(failed, clock, rules, now);
  return { ...start, done, ...(isToBeTried && { failed }) };
}

/** Whoever was to go back because the team was not there stays once it has been there. */
function isOver(
  { handBack }: NonNullable<RunningClock["failed"]>,
  { since }: Clock,
  { hours }: DeskRules,
  now: number,
): boolean {
  return handBack === "outside_hours" && (opensAt(hours, since) ?? Infinity) <= now;
}

/** The same after its newest tick: `of` is a clock and how far it has come. `at`: the next comes in its place, then at the earliest. */
export function withNextTick(
  conversation: Conversation,
  { of, at }: { readonly of: Progress; readonly at?: number },
  rules: DeskRules,
  now: number,
): Conversation {
  const clock = clockOf(conversation);
  if (!clock || !conversation.clock) return conversation;
  const progress = {
    ...progressOf(conversation.clock, clock, rules, now),
    ...(isSameClock(of, clock) && of),
  };
  const wanted = nextTickAt(conversation, progress, rules, now);
  const next = wanted === undefined ? undefined : Math.max(wanted, at ?? 0);
  return {
    ...conversation,
    clock: {
      ...progress,
      tick: conversation.clock.tick + 1,
      ...defined({ next }),
    },
  };
}
