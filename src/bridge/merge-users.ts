import type { UserDetails } from "../convert/parley-message.ts";
import { renderMergedAway, renderMergedIn, renderRenamed } from "../convert/render-notice.ts";
import type { ItemId, UserId } from "../ids.ts";
import { end } from "./conversation.ts";
import type { Notifier } from "./notify.ts";
import type { Conversations, Threads } from "./ports.ts";

/**
 * The User `from` lives on as `to`, e.g. because an anonymous User registered. An open conversation of `from` goes on as
 * one of `to`; if both have one, that of `to` goes on and the threads point to each other. Safe to repeat.
 */
export async function mergeUsers(
  item: ItemId,
  merge: { from: UserId; to: UserId; user: UserDetails; at: number },
  conversations: Conversations,
  threads: Pick<Threads, "permalink">,
  notifier: Notifier,
): Promise<void> {
  const { from, to, user, at } = merge;
  const absorbed = await conversations.byUser(from);
  const surviving = await conversations.byUser(to);
  if (absorbed?.state === "open" && absorbed.thread && absorbed.id !== surviving?.id) {
    const old = absorbed.thread;
    if (surviving?.state === "open" && surviving.thread) {
      const into = surviving.thread;
      await notifier.notice(to, item, "away", {
        thread: old,
        message: renderMergedAway(threads.permalink(into)),
      });
      await notifier.notice(to, item, "in", {
        thread: into,
        message: renderMergedIn(threads.permalink(old)),
      });
      const ended = await conversations.update(absorbed.id, (c) => end(c, "merged", { at, into }));
      if (ended) await notifier.refreshRoot(ended, item);
    } else {
      await notifier.notice(to, item, "renamed", { thread: old, message: renderRenamed(to) });
      const renamed = await conversations.update(absorbed.id, (c) => ({
        ...c,
        userId: to,
        user: { ...c.user, ...user },
      }));
      if (renamed) await notifier.refreshRoot(renamed, item);
    }
  }
  await conversations.alias(from, to);
}
