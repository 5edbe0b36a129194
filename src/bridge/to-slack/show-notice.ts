import type { Lanes, Work } from "../../delivery/lanes.ts";
import { toBridgeError } from "../../errors.ts";
import type { Notice, OutboxBody } from "../events.ts";
import type { Threads } from "../ports.ts";
import type { Poster } from "./post-once.ts";

export interface ShowNoticeDependencies {
  threads: Threads;
  outbox: Pick<Lanes<OutboxBody>, "look">;
}

/** On disk while an agent is told: an attempt that finds it cannot know whether the agent was. */
const TELLING = "telling";

/**
 * Shows a notice where people will see it, each part of it once: what one agent cannot be told alone is said in the
 * thread. What asks for a decision that has been taken meanwhile is left out.
 */
export async function showNotice(
  work: Work<unknown>,
  poster: Poster,
  notice: Notice,
  { threads, outbox }: ShowNoticeDependencies,
): Promise<void> {
  const { thread, message, onlyFor, mark, ifUnclear } = notice;
  if (await isOutOfDate(notice, outbox)) return;
  if (mark && !poster.isDone("mark")) {
    await unlessRefused(threads.mark(thread, mark.ts, mark.as));
    // It waits no more.
    if (mark.as !== "note") threads.unmark(thread, mark.ts, "delayed");
    // Whoever decided while the mark was on its way has taken the marks off already.
    if (await isOutOfDate(notice, outbox)) return threads.unmark(thread, mark.ts, mark.as);
    await poster.finish("mark");
  }
  if (!message) return;
  if (onlyFor !== undefined) {
    const outcome = await tell(poster, () => threads.tell(thread, onlyFor, message));
    if (outcome === "told") return;
    if (outcome === "unclear" && ifUnclear !== undefined) {
      if (ifUnclear !== "nothing")
        await unlessRefused(threads.mark(thread, ifUnclear.ts, ifUnclear.as));
      return;
    }
  }
  await threads.acquire(work.signal, thread);
  if (await isOutOfDate(notice, outbox)) return;
  await poster.post({
    step: "notice",
    mark: { kind: "message", items: [work.item.id], part: 0 },
    message,
    thread,
  });
}

async function isOutOfDate(
  { about }: Notice,
  outbox: ShowNoticeDependencies["outbox"],
): Promise<boolean> {
  if (!about) return false;
  const reply = await outbox.look(about.reply);
  if (!reply || reply.state === "waiting") return true;
  return about.since !== undefined && reply.appendedAt !== about.since;
}

/** Nobody can look for what only one agent sees, so it is never said again on a guess. */
async function tell(
  poster: Poster,
  call: () => Promise<void>,
): Promise<"told" | "unclear" | "refused"> {
  if (poster.noteOf(TELLING) === true) return "unclear";
  await poster.note(TELLING, true);
  try {
    await call();
    return "told";
  } catch (thrown) {
    const { disposition } = toBridgeError(thrown);
    if (disposition === "uncertain") return "unclear";
    await poster.note(TELLING, false);
    if (disposition !== "dead-letter") throw thrown;
    return "refused";
  }
}

/** A refusal for good is no reason to keep the rest of the notice back; what may still work is thrown. */
async function unlessRefused(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    if (toBridgeError(thrown).disposition !== "dead-letter") throw thrown;
  }
}
