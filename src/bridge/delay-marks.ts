import type { Item, OnDelay } from "../delivery/lanes.ts";
import type { ItemId } from "../ids.ts";
import type { AgentReply, OutboxBody } from "./events.ts";
import type { Threads } from "./ports.ts";

/** The marks on replies that have to wait. */
export interface DelayMarks {
  /** Marks a reply as soon as it is known that it will wait long, for whatever reason. */
  readonly onDelay: OnDelay<OutboxBody>;
  /** The reply has gone. */
  readonly end: (item: Item<OutboxBody>, reply: AgentReply) => void;
}

/** Nobody wonders about less. */
const DELAYED_AFTER_MS = 3_000;
/** A mark that is set again does no harm, so this may be forgotten. */
const MAX_KEPT = 10_000;

export function createDelayMarks({
  threads,
  now,
}: {
  threads: Pick<Threads, "markLater" | "unmark">;
  now: () => number;
}): DelayMarks {
  /** Each further failure tells of the same replies. */
  const marked = new Set<ItemId>();
  return {
    onDelay({ id, body, appendedAt }, waitMs) {
      const isLong = now() - appendedAt + waitMs >= DELAYED_AFTER_MS;
      if (body.kind !== "reply" || !isLong || marked.has(id)) return;
      if (marked.size >= MAX_KEPT) marked.clear();
      marked.add(id);
      threads.markLater(body.reply.thread, body.reply.ts, "delayed");
    },
    end({ id, attempt, appendedAt }, { thread, ts }) {
      const wasMarked = marked.delete(id);
      // It may have been marked before a restart.
      const mayBeMarked = attempt > 1 || now() - appendedAt >= DELAYED_AFTER_MS;
      if (wasMarked || mayBeMarked) threads.unmark(thread, ts, "delayed");
    },
  };
}
