import type { SlackMessage } from "../convert/slack-message.ts";
import type { Lanes } from "../delivery/lanes.ts";
import { type ItemId, makeDerivedItemId, makeThreadKey, type Thread, type UserId } from "../ids.ts";
import type { Conversation } from "./conversation.ts";
import type { InboxBody, Notice } from "./events.ts";

/** Puts what everyone sees in line behind what already goes to a User's thread; durable when resolved. */
export interface Notifier {
  /** The same `from` and `purpose` give one notice, however often they are told. */
  notice(
    userId: UserId,
    from: ItemId,
    purpose: string,
    notice: Notice & {
      /** What everyone in the thread sees besides, and what stays. */
      readonly forAll?: SlackMessage;
    },
  ): Promise<void>;
  refreshRoot(conversation: Conversation, from: ItemId): Promise<void>;
}

/** The inbox lane of a User. Stored: changing it is a migration. */
export const inboxLane = (userId: UserId): string => `user/${userId}`;

/** Words to one agent, and marks, need no place among posts, and must not wait for them. */
const asideLane = (thread: Thread): string => `aside/${makeThreadKey(thread)}`;

export function createNotifier(inbox: Pick<Lanes<InboxBody>, "append">): Notifier {
  return {
    async notice(userId, from, purpose, { forAll, ...notice }) {
      const isAside = notice.onlyFor !== undefined || notice.message === undefined;
      await inbox.append({
        lane: isAside ? asideLane(notice.thread) : inboxLane(userId),
        id: makeDerivedItemId(from, purpose),
        body: { kind: "notice", notice },
      });
      if (!forAll) return;
      await inbox.append({
        lane: inboxLane(userId),
        id: makeDerivedItemId(from, `${purpose} for all`),
        body: { kind: "notice", notice: { thread: notice.thread, message: forAll } },
      });
    },
    async refreshRoot({ id: conversation, userId, state }, from) {
      const id = makeDerivedItemId(from, `root ${state}`);
      await inbox.append({ lane: inboxLane(userId), id, body: { kind: "root", conversation } });
    },
  };
}
