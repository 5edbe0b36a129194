import type { OnDeadLetter } from "../../delivery/lanes.ts";
import { tellOwedNotice } from "../notifier.ts";
import type { OutboxBody } from "../stored/outbox-body.ts";
import { findUserOf, noticeAbout, type RefuseReplyDependencies } from "./refuse-reply.ts";

/** Tells the writer of a reply that it is a dead letter, with buttons to send it again or to dismiss it. */
export function tellDeadReply(
  dependencies: Pick<RefuseReplyDependencies, "conversations" | "notifier" | "permalink" | "texts">,
): OnDeadLetter<OutboxBody> {
  const { conversations, notifier } = dependencies;
  return {
    async prepare(item, error) {
      if (item.body.kind !== "reply") return undefined;
      const { reply } = item.body;
      const user = await findUserOf(reply, conversations);
      const dead = { item: item.id, ts: reply.ts, since: item.appendedAt };
      return noticeAbout(item, reply, error, user, dependencies, dead);
    },
    tell: (item, owed) => tellOwedNotice(item, owed, notifier),
  };
}
