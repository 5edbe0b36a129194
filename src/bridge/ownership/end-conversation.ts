import { defined } from "../../defined.ts";
import { type ItemId, makeDerivedItemId } from "../../ids.ts";
import { renderHandedBack, renderTakenAway } from "../../views/notices.ts";
import { type Conversation, type Destination, end } from "../conversation.ts";
import type { Notifier } from "../notify.ts";
import type { Conversations } from "../ports.ts";

interface Records {
  conversations: Conversations;
  notifier: Notifier;
  now: () => number;
}

/** An agent gave the User to another Service: thread and root say so. Safe to repeat for the same `from`. */
export async function recordHandBack(
  from: ItemId,
  { id, userId, thread }: Conversation,
  done: {
    to: Destination;
    by: string;
    note?: string;
    /** Why Parley did not take the agent's name off the User's chat. */
    unsetRefusal?: string;
  },
  { conversations, notifier, now }: Records,
): Promise<void> {
  const { to, by, note, unsetRefusal } = done;
  if (thread) {
    const message = renderHandedBack(to.name, by, note, unsetRefusal);
    await notifier.notice(userId, from, "handed back", { thread, message });
  }
  const ended = await conversations.update(id, (c) =>
    end(c, "handed-back", defined({ at: now(), to, by, note: note || undefined })),
  );
  if (ended) await notifier.refreshRoot(ended, from);
}

/**
 * Another Service owns the User, and no agent of ours wanted that: thread and root say so. However often and in whichever
 * way we hear of it, it is said once.
 */
export async function recordTakenAway(
  { id, userId, thread }: Conversation,
  to: Destination,
  { conversations, notifier, now }: Records,
): Promise<void> {
  const from = makeDerivedItemId(id, `taken away by ${to.id}`);
  if (thread) {
    const message = renderTakenAway(to.name);
    await notifier.notice(userId, from, "taken away", { thread, message });
  }
  const ended = await conversations.update(id, (c) => end(c, "taken-away", { at: now(), to }));
  if (ended) await notifier.refreshRoot(ended, from);
}
