import type { Conversation } from "../../bridge/conversation.ts";
import type { ClockBody } from "../../bridge/stored/clock-body.ts";
import type { NewItem } from "../../delivery/lanes.ts";
import { type ConversationId, type ItemId, makeDerivedItemId } from "../../ids.ts";

/* The items of the queue `clock`, and their lanes. Stored: changing one is a migration. */

export const tickId = (conversation: ConversationId, tick: number): ItemId =>
  makeDerivedItemId(conversation, `tick ${tick}`);

/** In the queue `clock`; and in the outbox, while it has no thread. */
export const conversationLane = (id: ConversationId): string => `conversation/${id}`;

/** So many digits has a moment until the year 2286: as text they sort as the moments do. */
const DIGITS = 13;

/** The item of a conversation's newest tick; `undefined`: none is to come. */
export function tickItem({ id, clock }: Conversation): NewItem<ClockBody> | undefined {
  if (clock?.next === undefined) return undefined;
  const { tick, next } = clock;
  return {
    lane: conversationLane(id),
    id: tickId(id, tick),
    sort: String(next).padStart(DIGITS, "0"),
    body: { kind: "tick", conversation: id, tick },
    notBefore: next,
  };
}
