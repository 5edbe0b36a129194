import type { Lanes } from "../delivery/lanes.ts";
import { makeThreadKey } from "../ids.ts";
import { type Conversation, threadsOf } from "./conversation.ts";
import { isConditional } from "./ownership/is-conditional.ts";
import type { OutboxBody } from "./stored/outbox-body.ts";

/** What an agent has written, or anybody has asked for, stops the clock soon. What the desk itself has begun does not. */
export const isAnswer = (body: OutboxBody): boolean =>
  body.kind === "reply" || (body.kind === "hand-back" && !isConditional(body.request));

/** Whether such a thing waits in any of the threads that lead to the conversation. */
export async function isAnswerOnItsWay(
  conversation: Conversation,
  { outbox }: { outbox: Pick<Lanes<OutboxBody>, "waitingIn"> },
): Promise<boolean> {
  for (const thread of threadsOf(conversation)) {
    if ((await outbox.waitingIn(makeThreadKey(thread))).some(isAnswer)) return true;
  }
  return false;
}
