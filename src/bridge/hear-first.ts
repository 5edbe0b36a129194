import type { Work } from "../delivery/lanes.ts";
import { toBridgeError } from "../errors.ts";
import type { Conversation } from "./conversation.ts";
import type { ReadBack } from "./read-back.ts";

export interface HearFirstDependencies {
  readBack: ReadBack;
  now: () => number;
}

/** What is done so much later than it was to be may come after a downtime, in which nobody heard what agents wrote. */
const LATE_MS = 60_000;
/** For so long it is tried to read the thread. */
const PATIENCE_MS = 120_000;

/**
 * Has the thread read back before the desk does by itself what was to be done at `dueAt` (ms), if that is late: an answer that nobody
 * has heard of waits in the outbox then. Returns whether it is late.
 *
 * @throws a member of the error family, while it is worth trying again
 */
export async function hearFirst(
  { item, signal }: Pick<Work<unknown>, "item" | "signal">,
  dueAt: number,
  conversation: Conversation,
  { readBack, now }: HearFirstDependencies,
): Promise<boolean> {
  if (now() - dueAt <= LATE_MS) return false;
  try {
    await readBack(conversation, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    if (toBridgeError(thrown).disposition === "retry" && item.triedMs < PATIENCE_MS) throw thrown;
  }
  return true;
}
