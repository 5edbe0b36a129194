import { defined } from "../../defined.ts";
import type { Item } from "../../delivery/lanes.ts";
import { BridgeError } from "../../errors.ts";
import { renderMergedAway, renderMergedIn, renderRenamed } from "../../views/merged.ts";
import type { Texts } from "../../views/texts/en.ts";
import { end } from "../conversation.ts";
import type { Notifier } from "../notify.ts";
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
 * of `userId`. If both have one, that one goes on, and the two threads link to each other. Safe to repeat.
 */
export async function mergeUsers(
  { id: item, triedMs }: Pick<Item<unknown>, "id" | "triedMs">,
  { from, userId: to, user }: EventOf<"merged">,
  { conversations, permalink, notifier, patience, texts, now }: MergeUsersDependencies,
): Promise<void> {
  const at = now();
  const absorbed = await conversations.byUser(from);
  const surviving = await conversations.byUser(to);
  if (absorbed?.state === "open" && absorbed.id !== surviving?.id) {
    const old = absorbed.thread;
    if (!old && triedMs < patience.openingMs) {
      throw new BridgeError("The thread of the merged User is not open yet", {
        code: "unexpected",
        disposition: "retry",
      });
    }
    if (surviving?.state === "open") {
      const into = surviving.thread;
      if (old && into) {
        await notifier.notice(to, item, "away", {
          thread: old,
          message: renderMergedAway(permalink(into), texts),
        });
        await notifier.notice(to, item, "in", {
          thread: into,
          message: renderMergedIn(permalink(old), texts),
        });
      }
      await conversations.update(absorbed.id, (c) => end(c, "merged", defined({ at, into })));
    } else {
      if (old) {
        await notifier.notice(to, item, "renamed", {
          thread: old,
          message: renderRenamed(to, texts),
        });
      }
      await conversations.update(absorbed.id, (c) => ({
        ...c,
        userId: to,
        user: { ...c.user, ...user },
      }));
    }
  } else if (absorbed && !surviving) {
    // So that the next thread links to this one.
    await conversations.update(absorbed.id, (c) => ({ ...c, userId: to }));
  }
  // Also where an earlier attempt has changed it, and was cut off before it could be shown.
  const changed = absorbed && (await conversations.byId(absorbed.id));
  const isShown = changed?.state === "open" || changed?.state === "merged";
  if (isShown) await notifier.refreshRoot(changed, item);
  await conversations.alias(from, to);
}
