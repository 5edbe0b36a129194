import type { OnDeadLetter } from "../../delivery/lanes.ts";
import { renderNotShown } from "../../views/not-shown.ts";
import type { Texts } from "../../views/texts/en.ts";
import { type Notifier, tellOwedNotice } from "../notifier.ts";
import type { ParleyEvent } from "../parley-event.ts";
import type { Conversations } from "../ports.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import type { OwedNotice } from "../stored/notice.ts";

export interface TellNotShownDependencies {
  conversations: Conversations;
  notifier: Notifier;
  parse: (raw: string) => ParleyEvent;
  texts: Texts;
}

/** Tells the thread that something of its User could not be shown. What belongs to no thread is only logged. */
export function tellNotShown({
  conversations,
  notifier,
  parse,
  texts,
}: TellNotShownDependencies): OnDeadLetter<InboxBody> {
  return {
    async prepare({ body, appendedAt }, error) {
      if (body.kind !== "callback") return undefined;
      const event = parse(body.raw);
      if (event.kind !== "message") return undefined;
      const conversation = await conversations.byUser(event.userId);
      if (!conversation?.thread) return undefined;
      const owed: OwedNotice = {
        userId: conversation.userId,
        purpose: `not shown ${appendedAt}`,
        notice: { thread: conversation.thread, message: renderNotShown(error.message, texts) },
      };
      return owed;
    },
    tell: (item, owed) => tellOwedNotice(item, owed, notifier),
  };
}
