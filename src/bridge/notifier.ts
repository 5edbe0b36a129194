import type { Lanes } from "../delivery/lanes.ts";
import { type ItemId, makeDerivedItemId, makeThreadKey, type Thread, type UserId } from "../ids.ts";
import type { Conversation } from "./conversation.ts";
import { BEHIND_MESSAGES, ephemeralLane, threadLane, userLane } from "./inbox-lanes.ts";
import type { InboxBody } from "./stored/inbox-body.ts";
import { type NoticeToAll, owedNoticeSchema } from "./stored/notice.ts";
import { readStored } from "./stored/read-stored.ts";

/** Appends notices to lanes of the inbox: those that everyone sees to the User's. On disk when resolved. */
export interface Notifier {
  /**
   * Calls with the same `from` and `purpose` give one notice, however often they are made. `undefined`: nobody knows any
   * more whose thread it is.
   */
  notice(
    userId: UserId | undefined,
    from: ItemId,
    purpose: string,
    notice: NoticeToAll,
  ): Promise<void>;
  refreshRoot(conversation: Conversation, from: ItemId): Promise<void>;
  /** Has another thread opened for the conversation, once. `stands`: the replies in the old one are still in Slack. */
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

export function createNotifier(inbox: Pick<Lanes<InboxBody>, "append">): Notifier {
  return {
    async notice(userId, from, purpose, { forAll, ...notice }) {
      const { thread } = notice;
      const isEphemeral = notice.onlyFor !== undefined || notice.message === undefined;
      const lane = userId === undefined ? threadLane(thread) : userLane(userId);
      await inbox.append({
        lane: isEphemeral ? ephemeralLane(thread) : lane,
        id: makeDerivedItemId(from, purpose),
        body: { kind: "notice", notice },
      });
      if (!forAll) return;
      const about = notice.about && { about: notice.about };
      await inbox.append({
        lane,
        id: makeDerivedItemId(from, `${purpose} for all`),
        body: { kind: "notice", notice: { thread, message: forAll, ...about } },
      });
    },
    async refreshRoot({ id: conversation, userId, state }, from) {
      const id = makeDerivedItemId(from, `root ${state}`);
      const body: InboxBody = { kind: "root", conversation };
      await inbox.append({ lane: userLane(userId), id, sort: BEHIND_MESSAGES, body });
    },
    async threadGone({ userId }, thread, stands) {
      const id = makeDerivedItemId(makeThreadKey(thread), "thread gone");
      const body: InboxBody = { kind: "thread-gone", thread, stands };
      await inbox.append({ lane: userLane(userId), id, sort: BEHIND_MESSAGES, body });
    },
  };
}
