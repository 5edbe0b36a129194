import type { HandBackReason } from "../config/desk-rules.ts";
import { type Clock, isSameClock } from "./clock.ts";
import type { Conversation } from "./conversation.ts";

/** Exactly one clock runs while a conversation is open, and none afterwards. */
export function clockOf({
  state,
  openedAt,
  claim,
  waitingSince,
  waitingAnewSince = 0,
  lastAnswerAt = openedAt,
}: Conversation): Clock | undefined {
  if (state !== "open") return undefined;
  if (waitingSince === undefined) return { kind: "idle", since: lastAnswerAt };
  return claim
    ? { kind: "silent", since: Math.max(waitingSince, claim.since) }
    : { kind: "waiting", since: Math.max(waitingSince, waitingAnewSince) };
}

/** Whether this very clock, and no later one, runs for the conversation. */
export const isRunning = (clock: Clock, conversation: Conversation): boolean =>
  isSameClock(clock, clockOf(conversation));

/** Whether a step of this clock, at the time `step` on it, is still to be done: it was not delayed until after the next. */
export const isStillDue = (
  clock: Clock,
  step: number | undefined,
  conversation: Conversation,
): boolean =>
  isRunning(clock, conversation) &&
  !(isSameClock(clock, conversation.clock) && (conversation.clock?.done ?? 0) > (step ?? Infinity));

/** The desk could not hand the User back while this clock ran, and tries that again. */
export function withFailure(
  conversation: Conversation,
  failed: Clock,
  handBack: HandBackReason,
  at: number,
): Conversation {
  const { clock } = conversation;
  if (!clock || clock.failed || !isSameClock(failed, clock)) return conversation;
  return { ...conversation, clock: { ...clock, failed: { handBack, tried: 1, at } } };
}
