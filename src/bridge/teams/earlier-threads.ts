import type { Lanes } from "../../delivery/lanes.ts";
import { BridgeError } from "../../errors.ts";
import { makeThreadKey, type Thread } from "../../ids.ts";
import { type Conversation, threadsOf } from "../conversation.ts";
import type { OutboxBody } from "../stored/outbox-body.ts";

export interface EarlierThreadsDependencies {
  outbox: Pick<Lanes<OutboxBody>, "isWaiting">;
}

/**
 * Lets all that still waits in a thread that the conversation had before this one go first, was it moved from there or is that gone.
 * Each thread has a lane of its own, and none waits for another by itself; but what the User gets has one order. `own`: the lane of
 * whoever asks; what the desk does by itself may stand in that of an earlier thread.
 *
 * @throws {BridgeError} something waits there; to be tried again
 */
export async function letEarlierPass(
  conversation: Conversation,
  thread: Thread,
  own: string,
  { outbox }: EarlierThreadsDependencies,
): Promise<void> {
  for (const earlier of threadsOf(conversation)) {
    const lane = makeThreadKey(earlier);
    if (earlier.ts >= thread.ts || lane === own || !(await outbox.isWaiting(lane))) continue;
    throw new BridgeError("What was written before is on its way", {
      code: "unexpected",
      disposition: "retry",
    });
  }
}
