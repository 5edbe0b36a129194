import { defined } from "../../defined.ts";
import type { Item } from "../../delivery/lanes.ts";
import { BridgeError, OvertakenError } from "../../errors.ts";
import type { ItemId, Thread, UserId } from "../../ids.ts";
import { renderMergedAway, renderMergedIn, renderRenamed } from "../../views/merged.ts";
import type { Texts } from "../../views/texts/en.ts";
import { type Conversation, end, withWait } from "../conversation.ts";
import type { Notifier } from "../notifier.ts";
import type { EventOf } from "../parley-event.ts";
import type { Patience } from "../patience.ts";
import type { Conversations, Permalink } from "../ports.ts";

export interface MergeUsersDependencies {
  conversations: Conversations;
  notifier: Notifier;
  permalink: Permalink;
  texts: Texts;
  patience: Patience;
  now: () => number;
}

/**
 * Merges the User `from` into `userId`, e.g. because an anonymous User registered. An open conversation of `from` becomes one
 * of `userId`. If both have one, that one goes on, and the two threads link to each other. Safe to repeat; repeated if one of
 * `from` opens meanwhile.
 */
export async function mergeUsers(
  { id: item, triedMs }: Pick<Item<unknown>, "id" | "triedMs">,
  { from, userId: to, user }: EventOf<"merged">,
  dependencies: MergeUsersDependencies,
): Promise<void> {
  const { conversations, notifier, patience } = dependencies;
  const absorbed = (await conversations.openUnder(from)) ?? (await conversations.byUser(from));
  const surviving = await conversations.byUser(to);
  if (absorbed?.state === "open" && absorbed.id !== surviving?.id) {
    if (!absorbed.thread && triedMs < patience.openingMs) {
      throw new BridgeError("The thread of the merged User is not open yet", {
        code: "unexpected",
        disposition: "retry",
      });
    }
    if (surviving?.state === "open") await endIn(surviving, absorbed, item, dependencies);
    else await goOnAs(to, user, absorbed, item, dependencies);
  } else if (absorbed && !surviving) {
    // So that the next thread links to this one.
    await conversations.update(absorbed.id, (c) => ({ ...c, userId: to }));
  }
  // Also where an earlier attempt has changed it, and was cut off before it could be shown.
  const changed = absorbed && (await conversations.byId(absorbed.id));
  const isShown = changed?.state === "open" || changed?.state === "merged";
  if (isShown) await notifier.refreshRoot(changed, item);
  await conversations.alias(from, to);
  // The lane of `from` does not wait for this one. From here on it opens no conversation any more.
  const late = await conversations.openUnder(from);
  if (late && late.id !== absorbed?.id) throw new OvertakenError(from);
}

/** Ends a conversation because that of the User who stays goes on. */
async function endIn(
  { id: stays, userId, thread: into }: Conversation,
  { id, thread: old, waitingSince }: Conversation,
  item: ItemId,
  dependencies: MergeUsersDependencies,
): Promise<void> {
  const { conversations, now } = dependencies;
  const at = now();
  if (old && into) await linkThreads(userId, old, into, item, dependencies);
  if (waitingSince !== undefined) {
    await conversations.update(stays, (c) => withWait(c, waitingSince));
  }
  await conversations.update(id, (c) => end(c, "merged", defined({ at, into })));
}

async function linkThreads(
  userId: UserId,
  old: Thread,
  into: Thread,
  item: ItemId,
  { notifier, permalink, texts }: MergeUsersDependencies,
): Promise<void> {
  const away = renderMergedAway(permalink(into), texts);
  await notifier.notice(userId, item, "away", { thread: old, message: away });
  const here = renderMergedIn(permalink(old), texts);
  await notifier.notice(userId, item, "in", { thread: into, message: here });
}

/** Makes an open conversation one of the User who stays. */
async function goOnAs(
  userId: UserId,
  user: EventOf<"merged">["user"],
  { id, thread }: Conversation,
  item: ItemId,
  { conversations, notifier, texts }: MergeUsersDependencies,
): Promise<void> {
  if (thread) {
    const message = renderRenamed(userId, texts);
    await notifier.notice(userId, item, "renamed", { thread, message });
  }
  await conversations.update(id, (c) => ({ ...c, userId, user: { ...c.user, ...user } }));
}
