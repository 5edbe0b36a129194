import type { Work } from "../../delivery/lanes.ts";
import { BridgeError, ThreadGoneError } from "../../errors.ts";
import type { Thread } from "../../ids.ts";
import { renderGoesOnElsewhere } from "../../views/notices.ts";
import { type Conversation, withoutThread } from "../conversation.ts";
import type { InboxBody, Notice } from "../events.ts";
import { inboxLane, type Notifier } from "../notify.ts";
import type { Conversations, Threads } from "../ports.ts";
import { ensureRoot } from "./open-thread.ts";
import { createPostOnce, type Poster } from "./post-once.ts";
import { type PostStepsDependencies, postSteps } from "./post-steps.ts";
import { overflowSteps } from "./root-message.ts";

export interface OpenAgainDependencies extends PostStepsDependencies {
  threads: Threads;
  conversations: Conversations;
  notifier: Notifier;
  now: () => number;
}

/**
 * The item has met a thread that is not there any more. Its conversation loses the thread, so that the next attempt opens
 * another, and everything of the item goes there. What would only be said about a conversation that is over is not said.
 */
export async function loseThread(
  work: Work<InboxBody>,
  gone: ThreadGoneError,
  { conversations, notifier }: OpenAgainDependencies,
): Promise<void> {
  const conversation = await conversations.byThread(gone.thread);
  const { kind } = work.item.body;
  const isOver = conversation?.state !== "open";
  if (isOver && kind !== "callback" && kind !== "handover") {
    throw new BridgeError(gone.message, { code: "thread-gone", disposition: "ignore" });
  }
  if (!conversation) return;
  // All of it goes to the new thread. Not `undefined`: what it has recorded already is no news at the next attempt. Before
  // the thread is lost: an attempt after a crash in between would take what stands in the old one for done.
  if (kind !== "notice") await work.save({ done: [] });
  await notifier.threadGone(conversation, gone.thread, false);
  await conversations.update(conversation.id, (c) => withoutThread(c, gone.thread));
}

/** So many threads of a conversation are opened anew as soon as they are gone. */
const MAX_AT_ONCE = 5;

/** Opens another thread for a conversation whose thread is gone, with all that is known, and says so in the old one. */
export async function openAgain(
  work: Work<InboxBody>,
  { thread: gone, stands }: { thread: Thread; stands: boolean },
  dependencies: OpenAgainDependencies,
): Promise<void> {
  const { threads, conversations, now } = dependencies;
  const conversation = await conversations.byThread(gone);
  if (conversation?.state !== "open") return;
  const moved = await conversations.update(conversation.id, (c) => withoutThread(c, gone));
  if (!moved) return;
  // Somebody, or some app, deletes every root: from here on only what comes for the thread opens another.
  if ((moved.lost?.length ?? 0) > MAX_AT_ONCE && !moved.thread) return;
  const poster = createPostOnce(work, threads, now);
  const thread = await ensureRoot(work, poster, moved, dependencies);
  await postSteps(work, poster, thread, overflowSteps(moved), dependencies);
  if (!stands || poster.isDone("pointer")) return;
  await threads.acquire(work.signal, gone);
  await poster
    .post({
      step: "pointer",
      mark: { kind: "message", items: [work.item.id], part: -1 },
      message: renderGoesOnElsewhere(threads.permalink(thread)),
      thread: gone,
    })
    .catch((error: unknown) => {
      // It does not stand any more: then nobody reads it there.
      if (!(error instanceof ThreadGoneError)) throw error;
    });
}

/**
 * A notice where people read it now: a conversation may have another thread than when it was written.
 *
 * @throws {BridgeError} that thread is about to open
 */
export async function whereItBelongs(
  work: Work<InboxBody>,
  poster: Poster,
  notice: Notice,
  dependencies: OpenAgainDependencies,
): Promise<Notice> {
  const { conversations } = dependencies;
  const conversation = await conversations.byThread(notice.thread);
  if (!conversation || !hasLost(conversation, notice.thread)) return notice;
  // Only one lane may open threads of a User; in that one nothing behind this item could.
  if (conversation.thread ?? work.item.lane === inboxLane(conversation.userId)) {
    const thread = await ensureRoot(work, poster, conversation, dependencies);
    return { ...notice, thread };
  }
  throw new BridgeError("The thread is not open again yet", {
    code: "unexpected",
    disposition: "retry",
  });
}

const hasLost = ({ lost = [] }: Conversation, { channel, ts }: Thread): boolean =>
  lost.some((thread) => thread.channel === channel && thread.ts === ts);
