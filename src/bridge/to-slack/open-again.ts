import type { Work } from "../../delivery/lanes.ts";
import { BridgeError, ThreadGoneError } from "../../errors.ts";
import type { Thread } from "../../ids.ts";
import { renderGoesOnElsewhere } from "../../views/goes-on-elsewhere.ts";
import { type Conversation, movedFrom, withoutThread } from "../conversation.ts";
import { userLane } from "../inbox-lanes.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import type { Notice } from "../stored/notice.ts";
import { ensureRoot, type OpenThreadDependencies } from "./open-thread.ts";
import { postOnce } from "./post-once.ts";
import { postSteps } from "./post-steps.ts";
import { overflowSteps } from "./root-message.ts";

/**
 * To be called when the item was to be posted in a thread that is gone. Records that its conversation has lost the thread,
 * so that the next attempt opens another one and posts everything of the item there. Notices about a conversation that has
 * ended, or left that thread before, are dropped instead.
 */
export async function loseThread(
  work: Work<InboxBody>,
  gone: ThreadGoneError,
  { conversations, notifier }: OpenThreadDependencies,
): Promise<void> {
  const conversation = await conversations.byThread(gone.thread);
  const { kind } = work.item.body;
  const isOver = conversation?.state !== "open";
  const isLeft = conversation !== undefined && movedFrom(conversation, gone.thread) !== undefined;
  if (isLeft || (isOver && kind !== "callback" && kind !== "handover")) {
    throw new BridgeError(gone.message, { code: "thread-gone", disposition: "ignore" });
  }
  if (!conversation) return;
  // No step counts as done in the new thread. Stored before the thread is recorded as lost: after a crash in between, the
  // next attempt would otherwise take the posts in the old thread for done.
  if (kind !== "notice") await work.forget();
  await notifier.threadGone(conversation, gone.thread, false);
  await conversations.update(conversation.id, (c) => withoutThread(c, gone.thread));
}

/** How many threads of a conversation are replaced as soon as they are gone. */
const MAX_AT_ONCE = 5;

/** Opens another thread for a conversation whose thread is gone, with all that is known, and links to it in the old one. */
export async function openAgain(
  work: Work<InboxBody>,
  { thread: gone, stands }: { thread: Thread; stands: boolean },
  dependencies: OpenThreadDependencies,
): Promise<void> {
  const { conversations, permalink, texts } = dependencies;
  const conversation = await conversations.byThread(gone);
  if (conversation?.state !== "open" || movedFrom(conversation, gone)) return;
  const moved = await conversations.update(conversation.id, (c) => withoutThread(c, gone));
  if (!moved) return;
  // Somebody, or an app, deletes every root. From now on another thread opens only when there is something to post in it.
  if ((moved.lost?.length ?? 0) > MAX_AT_ONCE && !moved.thread) return;
  const thread = await ensureRoot(work, moved, dependencies);
  await postSteps(work, thread, overflowSteps(moved, texts), dependencies);
  if (!stands) return;
  const pointer = {
    thread: gone,
    tag: () => ({ kind: "message" as const, items: [work.item.id], part: -1 }),
    message: () => renderGoesOnElsewhere(permalink(thread), texts),
  };
  await postOnce(work, "pointer", pointer, dependencies).catch((error: unknown) => {
    // The old thread is gone completely by now, so nobody would read it there.
    if (!(error instanceof ThreadGoneError)) throw error;
  });
}

/**
 * The notice with the thread that its conversation has now, which may be another one than when the notice was written.
 *
 * @throws {BridgeError} that thread has not opened yet
 */
export async function inCurrentThread(
  work: Work<InboxBody>,
  notice: Notice,
  dependencies: OpenThreadDependencies,
): Promise<Notice> {
  const { conversations } = dependencies;
  const conversation = await conversations.byThread(notice.thread);
  if (!conversation || !followsIt(notice, conversation)) return notice;
  // Only the User's own lane may open threads. In that lane this item must not wait: no item behind it could open one.
  if (conversation.thread ?? work.item.lane === userLane(conversation.userId)) {
    const thread = await ensureRoot(work, conversation, dependencies);
    return { ...notice, thread };
  }
  throw new BridgeError("The thread is not open again yet", {
    code: "unexpected",
    disposition: "retry",
  });
}

/** Whether it goes where the conversation is now. What is about a message in a thread that stands stays there. */
function followsIt(notice: Notice, conversation: Conversation): boolean {
  if (hasLost(conversation, notice.thread)) return true;
  const isAboutAll = !notice.onlyFor && !notice.mark && !notice.about;
  return isAboutAll && movedFrom(conversation, notice.thread) !== undefined;
}

const hasLost = ({ lost = [] }: Conversation, { channel, ts }: Thread): boolean =>
  lost.some((thread) => thread.channel === channel && thread.ts === ts);
