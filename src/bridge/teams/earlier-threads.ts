import type { Lanes } from "../../delivery/lanes.ts";
import { isSameThread, makeThreadKey, type Thread } from "../../ids.ts";
import type { Conversation } from "../conversation.ts";
import type { OutboxBody } from "../stored/outbox-body.ts";

export interface EarlierThreadsDependencies {
  outbox: Pick<Lanes<OutboxBody>, "append" | "find" | "isWaiting">;
}

/**
 * Whether something still waits in a thread that the conversation was in before this one. Each thread has a lane of its own, and
 * none waits for another by itself; but what the User gets has one order.
 */
export async function isBehindEarlier(
  { moved = [] }: Conversation,
  thread: Thread,
  { outbox }: EarlierThreadsDependencies,
): Promise<boolean> {
  // The newest come first.
  const place = moved.findIndex((each) => isSameThread(each.thread, thread));
  for (const earlier of moved.slice(place + 1)) {
    if (await outbox.isWaiting(makeThreadKey(earlier.thread))) return true;
  }
  return false;
}
