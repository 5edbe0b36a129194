import { type Clock, type Conversation, clockOf, isSameClock } from "../../bridge/conversation.ts";
import type { DeskRules } from "../../config/desk-rules.ts";
import { defined } from "../../defined.ts";
import { NOTHING_DONE, nextStepAt, stepsOf } from "./clock-steps.ts";
import { nextRootAt } from "./root-moments.ts";

/** The moment at which something is to happen while this clock runs, if nothing changes; `undefined`: nothing is. */
function nextTickAt(
  conversation: Conversation,
  clock: Clock & { readonly done: number },
  rules: DeskRules,
  now: number,
): number | undefined {
  // What a desk does by itself is said in the thread; once there is one, the clock is set.
  if (!conversation.thread) return undefined;
  const moments = [
    nextStepAt(stepsOf(clock, conversation, rules), clock, rules.hours),
    nextRootAt(conversation, clock.kind, now),
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
  const done = former && isSameClock(former, clock) ? former.done : NOTHING_DONE;
  const wanted = nextTickAt(conversation, { ...clock, done }, rules, now);
  const next = former?.next;
  const stays = wanted === undefined || (next !== undefined && next <= wanted);
  const tick = former?.tick ?? 0;
  return {
    ...rest,
    clock: {
      ...clock,
      done,
      ...(stays
        ? { tick, ...defined({ next, late: former?.late }) }
        : { tick: tick + 1, next: wanted }),
    },
  };
}

/** The same after its newest tick: `done` is how far `of` is done. `at`: the next comes in its place, then at the earliest. */
export function withNextTick(
  conversation: Conversation,
  { of, done, at }: { readonly of: Clock; readonly done: number; readonly at?: number },
  rules: DeskRules,
  now: number,
): Conversation {
  const clock = clockOf(conversation);
  if (!clock || !conversation.clock) return conversation;
  const soFar = isSameClock(of, clock) ? done : NOTHING_DONE;
  const wanted = nextTickAt(conversation, { ...clock, done: soFar }, rules, now);
  const next = wanted === undefined ? undefined : Math.max(wanted, at ?? 0);
  return {
    ...conversation,
    clock: {
      ...clock,
      done: soFar,
      tick: conversation.clock.tick + 1,
      ...defined({ next, late: at === undefined ? undefined : (true as const) }),
    },
  };
}
