import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import { type ConversationId, type ItemId, makeConversationId, type Thread } from "../../ids.ts";
import type { Texts } from "../../views/texts/en.ts";
import {
  type Conversation,
  type Opening,
  openConversation,
  withoutOpening,
} from "../conversation.ts";
import type { Notifier } from "../notify.ts";
import type { Conversations, Permalink, Posts } from "../ports.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import type { Poster } from "./post-once.ts";
import type { PostStepsDependencies } from "./post-steps.ts";
import { rootMessage, rootTag } from "./root-message.ts";

/** What it takes to open a thread and to fill it. */
export type OpenThreadDependencies = EnsureRootDependencies & PostStepsDependencies;

export interface EnsureRootDependencies {
  posts: Posts;
  conversations: Conversations;
  notifier: Notifier;
  permalink: Permalink;
  texts: Texts;
  now: () => number;
}

/** Records the conversation that this item opens. An item always opens the same conversation, also after a crash. */
export async function recordConversation(
  work: Work<InboxBody>,
  conversations: Conversations,
  given: Omit<Opening, "id" | "previous">,
  previous: Conversation | undefined,
): Promise<Conversation> {
  const conversation = openConversation({
    ...given,
    id: makeConversationId(given.userId, work.item.id),
    ...defined({ previous: previous?.thread }),
  });
  await conversations.create(conversation);
  return conversation;
}

/** The roots that are being posted at this moment. */
const openings = new WeakMap<Conversations, Map<ConversationId, Promise<Thread>>>();

/**
 * The conversation's thread. If it has none its root is posted now, and the root of the User's conversation before this one
 * links to it. While Users are merged two lanes may need the same root at once; only one of them posts it.
 */
export async function ensureRoot(
  work: Work<InboxBody>,
  poster: Poster,
  conversation: Conversation,
  dependencies: EnsureRootDependencies,
): Promise<Thread> {
  if (conversation.thread) return conversation.thread;
  const { conversations } = dependencies;
  const { id } = conversation;
  const underWay = openings.get(conversations) ?? new Map<ConversationId, Promise<Thread>>();
  openings.set(conversations, underWay);
  const other = underWay.get(id);
  if (other) return await other;
  const opening = openRoot(work, poster, conversation, dependencies);
  underWay.set(id, opening);
  try {
    return await opening;
  } finally {
    underWay.delete(id);
  }
}

async function openRoot(
  work: Work<InboxBody>,
  poster: Poster,
  given: Conversation,
  { conversations, notifier, permalink, texts, now }: EnsureRootDependencies,
): Promise<Thread> {
  // Another lane may have opened it since the conversation was read.
  const conversation = (await conversations.byId(given.id)) ?? given;
  if (conversation.thread) return conversation.thread;
  const { openingSince } = conversation;
  const tag = rootTag(conversation);
  let thread: Thread;
  try {
    thread = await poster.post({
      step: "root",
      ...(openingSince !== undefined && { begun: { mark: tag, since: openingSince } }),
      async content() {
        // Stored in the conversation, not in the item: a late arrival may be handled before this item, and must know.
        if (openingSince === undefined) {
          await conversations.update(conversation.id, (c) => ({ ...c, openingSince: now() }));
        }
        return { tag, message: rootMessage(conversation, { permalink, texts }) };
      },
    });
  } catch (thrown) {
    if (!poster.uncertain) await conversations.update(conversation.id, withoutOpening);
    throw thrown;
  }
  // Before the thread is recorded, so that after a crash the item comes here again.
  await pointForward(work.item.id, conversation, thread, { conversations, notifier });
  await conversations.update(conversation.id, (c) => ({ ...withoutOpening(c), thread }));
  return thread;
}

/** Lets the root of the User's previous conversation link to this one. */
async function pointForward(
  from: ItemId,
  { previous }: Conversation,
  next: Thread,
  { conversations, notifier }: Pick<EnsureRootDependencies, "conversations" | "notifier">,
): Promise<void> {
  const before = previous && (await conversations.byThread(previous));
  if (!before) return;
  const pointing = await conversations.update(before.id, (c) => ({ ...c, next }));
  if (pointing) await notifier.refreshRoot(pointing, from);
}
