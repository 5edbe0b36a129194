import type { Work } from "../delivery/lanes.ts";
import { BridgeError, toBridgeError } from "../errors.ts";
import type { Conversation } from "./conversation.ts";
import type { ReadBack } from "./read-back.ts";

export interface HearFirstDependencies {
  readBack: ReadBack;
  now: () => number;
}

/** What is done so much later than it was to be may come after a downtime, in which nobody heard what agents wrote. */
const LATE_MS = 60_000;
/** For so long it is tried to read the thread where that fails. */
const PATIENCE_MS = 120_000;
/** So long a reading may keep others from being handled. Where many threads are to be read Slack makes them wait for minutes. */
const HOLD_MS = 5_000;

const AGAIN = { code: "unexpected", disposition: "retry" } as const;
const SLOW = { ...AGAIN, code: "rate-limited" } as const;

/**
 * Has the thread read back before the desk does by itself what was to be done at `dueAt` (ms), if that is late: an answer that nobody
 * has heard of waits in the outbox then. Returns whether it is late.
 *
 * @throws a member of the error family: it is worth trying again, Slack is slow, however often, or an answer was found
 */
export async function hearFirst(
  { item, signal }: Pick<Work<unknown>, "item" | "signal">,
  dueAt: number,
  conversation: Conversation,
  { readBack, now }: HearFirstDependencies,
): Promise<boolean> {
  if (now() - dueAt <= LATE_MS) return false;
  let found = 0;
  try {
    found = await inTime((given) => readBack(conversation, given), signal);
  } catch (thrown) {
    signal.throwIfAborted();
    const { code, disposition } = toBridgeError(thrown);
    const isSlow = code === "rate-limited";
    if (disposition === "retry" && (isSlow || item.triedMs < PATIENCE_MS)) throw thrown;
  }
  if (found > 0) throw new BridgeError("An answer that nobody had heard of goes first", AGAIN);
  return true;
}

/** What takes longer is stopped, and is tried again: then it goes on behind what it has found. */
async function inTime<Result>(
  read: (signal: AbortSignal) => Promise<Result>,
  stopped: AbortSignal,
): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const given = new AbortController();
  const timer = setTimeout(() => {
    const error = new BridgeError("Slack takes long to let the thread be read", SLOW);
    given.abort(error);
    late.reject(error);
  }, HOLD_MS);
  try {
    return await Promise.race([read(AbortSignal.any([stopped, given.signal])), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
