import type { Lanes } from "../../delivery/lanes.ts";
import { makeThreadKey, type Thread } from "../../ids.ts";
import { type Conversation, threadsOf } from "../conversation.ts";
import type { OutboxBody } from "../stored/outbox-body.ts";

export interface EarlierThreadsDependencies {
  outbox: Pick<Lanes<OutboxBody>, "append" | "find" | "isWaiting">;
}

/**
 * Whether something still waits in a thread that the conversation had before this one, was it moved from there or is that gone.
 * Each thread has a lane of its own, and none waits for another by itself; but what the User gets has one order.
 */
export async function isBehindEarlier(
  conversation: Conversation,
  thread: Thread,
  { outbox }: EarlierThreadsDependencies,
): Promise<boolean> {
  for (const earlier of threadsOf(conversation)) {
    if (earlier.ts < thread.ts && (await outbox.isWaiting(makeThreadKey(earlier)))) return true;
  }
  return false;
}
