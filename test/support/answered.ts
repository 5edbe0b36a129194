import { withAnswer } from "../../src/bridge/claims/with-claim.ts";
import type { Conversation } from "../../src/bridge/conversation.ts";

/** The conversation after an answer of some agent. */
export const answered = (conversation: Conversation): Conversation =>
  withAnswer(conversation, { by: "U0ANNA", at: 7_000 });
