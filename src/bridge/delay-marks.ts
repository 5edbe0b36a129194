import type { Item, OnDelay } from "../delivery/lanes.ts";
import type { ItemId } from "../ids.ts";
import type { Reactions } from "./ports.ts";
import type { AgentReply } from "./stored/agent-reply.ts";
import type { OutboxBody } from "./stored/outbox-body.ts";

/** Sets and removes the hourglass on replies that have to wait. */
export interface DelayMarks {
  /** Marks a reply as soon as it is known that it will wait long, whatever the reason. */
  readonly onDelay: OnDelay<OutboxBody>;
  /** To be called when a reply is settled; removes its mark. */
  readonly end: (item: Item<OutboxBody>, reply: AgentReply) => void;
}

/** Shorter delays are not worth a mark. */
const DELAYED_AFTER_MS = 3_000;
/** More than this are not kept in memory. Forgetting them does no harm, because a mark may be set twice. */
const MAX_KEPT = 10_000;

export function createDelayMarks({
  reactions,
  now,
}: {
  reactions: Pick<Reactions, "markLater" | "unmark">;
  now: () => number;
}): DelayMarks {
  /** The replies that are marked already, because each further failure reports them again. */
  const marked = new Set<ItemId>();
  return {
    onDelay({ id, body, appendedAt }, waitMs) {
      const isLong = now() - appendedAt + waitMs >= DELAYED_AFTER_MS;
      if (body.kind !== "reply" || !isLong || marked.has(id)) return;
      if (marked.size >= MAX_KEPT) marked.clear();
      marked.add(id);
      reactions.markLater(body.reply.thread, body.reply.ts, "delayed");
    },
    end({ id, attempt, appendedAt }, { thread, ts }) {
      const wasMarked = marked.delete(id);
      // It may have been marked before a restart.
      const mayBeMarked = attempt > 1 || now() - appendedAt >= DELAYED_AFTER_MS;
      if (wasMarked || mayBeMarked) reactions.unmark(thread, ts, "delayed");
    },
  };
}
