import type { ConversationId } from "../../ids.ts";
import { conversationId, count, kinds } from "./fields.ts";

/** The body of an item of the queue `clock`. */
export interface ClockBody {
  readonly kind: "tick";
  readonly conversation: ConversationId;
  /** Which of the conversation's ticks it is; one that is not the newest counts for nothing. */
  readonly tick: number;
}

export const clockBodySchema = kinds<ClockBody>({
  tick: { conversation: conversationId, tick: count },
});
