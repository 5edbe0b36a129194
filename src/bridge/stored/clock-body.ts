import type { ConversationId } from "../../ids.ts";
import { conversationId, count, flag, kinds, optional, time } from "./fields.ts";

/** The body of an item of the queue `clock`. */
export interface ClockBody {
  readonly kind: "tick";
  readonly conversation: ConversationId;
  /** Which of the conversation's ticks it is; one that is not the newest counts for nothing. */
  readonly tick: number;
  /** When it was to come, ms since the epoch. */
  readonly at: number;
  /** It stands for one that came late. */
  readonly late?: true;
}

export const clockBodySchema = kinds<ClockBody>({
  tick: { conversation: conversationId, tick: count, at: time, late: optional(flag) },
});
