import type { Lanes } from "../delivery/lanes.ts";
import { type ItemId, makeDerivedItemId, makeThreadKey, type Thread, type UserId } from "../ids.ts";
import type { Conversation } from "./conversation.ts";
import type { InboxBody, Notice } from "./events.ts";

/** Puts what everyone sees in line behind what already goes to a User's thread; durable when resolved. */
export interface Notifier {
  /** The same `from` and `purpose` give one notice, however often they are told. */
  notice(userId: UserId, from: ItemId, purpose: string, notice: Notice): Promise<void>;
  refreshRoot(conversation: Conversation, from: ItemId): Promise<void>;
}

/** The inbox lane of a User. Stored: changing it is a migration. */
export const inboxLane = (userId: UserId): string => `user/${userId}`;

/** Words to one agent, and marks, need no place among posts, and must not wait for them. */
const asideLane = (thread: Thread): string => `aside/${makeThreadKey(thread)}`;

export function createNotifier(inbox: Pick<Lanes<InboxBody>, "append">): Notifier {
  return {
    async notice(userId, from, purpose, notice) {
      const id = makeDerivedItemId(from, purpose);
      const isForAll = notice.forAll ?? (notice.onlyFor === undefined && notice.message);
      const lane = isForAll ? inboxLane(userId) : asideLane(notice.thread);
      await inbox.append({ lane, id, body: { kind: "notice", notice } });
    },
    async refreshRoot({ id: conversation, userId, state }, from) {
      const id = makeDerivedItemId(from, `root ${state}`);
      await inbox.append({ lane: inboxLane(userId), id, body: { kind: "root", conversation } });
    },
  };
}
