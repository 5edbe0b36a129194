import type { Work } from "../delivery/lanes.ts";
import { toBridgeError } from "../errors.ts";
import type { Notice } from "./events.ts";
import type { Threads } from "./ports.ts";
import type { Poster } from "./poster.ts";

/** Shows a notice where people will see it: what one agent cannot be told alone is said in the thread. */
export async function showNotice(
  work: Work<unknown>,
  poster: Poster,
  threads: Threads,
  { thread, message, onlyFor, mark }: Notice,
): Promise<void> {
  if (mark) await orNever(threads.mark(thread, mark.ts, mark.as));
  if (!message) return;
  if (onlyFor !== undefined && (await orNever(threads.tell(thread, onlyFor, message)))) return;
  await threads.turn(work.signal, thread);
  await poster.post({
    step: "notice",
    mark: { kind: "message", items: [work.item.id], part: 0 },
    message,
    thread,
  });
}

/** False if Slack refuses for good; what may still work is thrown, so that the notice is tried again. */
async function orNever(call: Promise<void>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.disposition !== "dead-letter") throw error;
    return false;
  }
}
