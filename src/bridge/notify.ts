import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { Lanes } from "../delivery/lanes.ts";
import { type ItemId, makeDerivedItemId, makeThreadKey, type Thread, type UserId } from "../ids.ts";
import type { Conversation } from "./conversation.ts";
import type { InboxBody, Notice } from "./events.ts";
import { owedNoticeSchema } from "./stored/body-schemas.ts";
import { readStored } from "./stored/read-stored.ts";

/** A notice to one agent that says besides what everyone in the thread sees, and what stays. */
export type NoticeToAll = Notice & { readonly forAll?: SlackMessage };

/** What is told about an item, and in whose lane. Stored: changing it is a migration. */
export interface OwedNotice {
  readonly userId: UserId;
  readonly purpose: string;
  readonly notice: NoticeToAll;
}

/** Puts what everyone sees in line behind what already goes to a User's thread; durable when resolved. */
export interface Notifier {
  /** The same `from` and `purpose` give one notice, however often they are told. */
  notice(userId: UserId, from: ItemId, purpose: string, notice: NoticeToAll): Promise<void>;
  refreshRoot(conversation: Conversation, from: ItemId): Promise<void>;
  /** Has another thread opened for the conversation, once. `stands`: replies in the old one are still there. */
  threadGone(
    conversation: Pick<Conversation, "userId">,
    thread: Thread,
    stands: boolean,
  ): Promise<void>;
}

/** @throws {UnreadableError} a newer version stored `owed` */
export function tellOwedNotice(item: ItemId, owed: unknown, notifier: Notifier): Promise<void> {
  const { userId, purpose, notice } = readStored(owedNoticeSchema, owed, "an owed notice");
  return notifier.notice(userId, item, purpose, notice);
}

/** The inbox lane of a User. Stored: changing it is a migration. */
export const inboxLane = (userId: UserId): string => `user/${userId}`;

/** Sorts what says nothing about order, and so must not keep messages from being sorted. */
export const BEHIND_MESSAGES = "~";

/** Words to one agent, and marks, need no place among posts, and must not wait for them. */
const ephemeralLane = (thread: Thread): string => `aside/${makeThreadKey(thread)}`;

export function createNotifier(inbox: Pick<Lanes<InboxBody>, "append">): Notifier {
  return {
    async notice(userId, from, purpose, { forAll, ...notice }) {
      const isEphemeral = notice.onlyFor !== undefined || notice.message === undefined;
      await inbox.append({
        lane: isEphemeral ? ephemeralLane(notice.thread) : inboxLane(userId),
        id: makeDerivedItemId(from, purpose),
        body: { kind: "notice", notice },
      });
      if (!forAll) return;
      const about = notice.about && { about: notice.about };
      await inbox.append({
        lane: inboxLane(userId),
        id: makeDerivedItemId(from, `${purpose} for all`),
        body: { kind: "notice", notice: { thread: notice.thread, message: forAll, ...about } },
      });
    },
    async refreshRoot({ id: conversation, userId, state }, from) {
      const id = makeDerivedItemId(from, `root ${state}`);
      const body: InboxBody = { kind: "root", conversation };
      await inbox.append({ lane: inboxLane(userId), id, sort: BEHIND_MESSAGES, body });
    },
    async threadGone({ userId }, thread, stands) {
      const id = makeDerivedItemId(makeThreadKey(thread), "thread gone");
      const body: InboxBody = { kind: "thread-gone", thread, stands };
      await inbox.append({ lane: inboxLane(userId), id, sort: BEHIND_MESSAGES, body });
    },
  };
}
