import { defined } from "../../defined.ts";
import type { ItemId } from "../../ids.ts";
import type { Claim } from "../../views/root-state.ts";
import type { Conversation } from "../conversation.ts";

/**
 * An agent has answered. Whoever answers first has claimed it. What the User has written since the answer was `heardAt` (ms) waits
 * for another one.
 */
export function withAnswer(
  conversation: Conversation,
  {
    by,
    at,
    heardAt = at,
    ts,
  }: { readonly by: string; readonly at: number; readonly heardAt?: number; readonly ts?: string },
): Conversation {
  const claim = { by, since: at, ...defined({ ts }) };
  const { waitingSince, ...answered } = withClaimByAnswer(conversation, claim, heardAt);
  const { lastWroteAt = 0 } = conversation;
  return {
    ...answered,
    ...(waitingSince !== undefined && lastWroteAt > heardAt && { waitingSince: lastWroteAt }),
    agentMessages: conversation.agentMessages + 1,
    firstAnswerAt: conversation.firstAnswerAt ?? at,
    ...(conversation.firstAnswerAt === undefined && { firstAnswerBy: by }),
    lastAnswerAt: Math.max(conversation.lastAnswerAt ?? 0, at),
  };
}

/** Whoever answers has claimed it, unless it was let go of after their answer reached us, at the moment `heardAt` (ms). */
export const withClaimByAnswer = (
  conversation: Conversation,
  claim: Claim,
  heardAt: number,
): Conversation =>
  (conversation.waitingAnewSince ?? 0) > heardAt ? conversation : withClaim(conversation, claim);

/** One that has ended, or that somebody has claimed, stays as it is. */
export const withClaim = (conversation: Conversation, claim: Claim): Conversation =>
  conversation.state === "open" && !conversation.claim
    ? { ...conversation, claim, firstClaimAt: conversation.firstClaimAt ?? claim.since }
    : conversation;

/**
 * What the item `by` asks for: `claim`, or that nobody has it, if `expects` (Slack id, or nobody) has it still. One that has
 * ended, that somebody else was faster with, or that the item has changed already stays as it is. `at`: when that was asked for, ms.
 */
export function withClaimBy(
  conversation: Conversation,
  by: ItemId,
  expects: string | undefined,
  claim: Claim | undefined,
  at: number,
): Conversation {
  const { state, claim: before, claimItem } = conversation;
  if (state !== "open" || claimItem === by || before?.by !== expects) return conversation;
  const free = { ...withoutClaim(conversation, at), claimItem: by };
  return claim ? withClaim(free, claim) : free;
}

/** Nobody has it from the moment `at` (ms) on, and whoever waits begins to wait anew. */
export function withoutClaim(conversation: Conversation, at: number): Conversation {
  const { claim, ...rest } = conversation;
  return claim ? { ...rest, waitingAnewSince: at } : conversation;
}
