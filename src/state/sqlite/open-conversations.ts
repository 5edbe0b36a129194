import { type Conversation, isOpening, threadsOf } from "../../bridge/conversation.ts";
import { type ConversationId, makeThreadKey, type Thread, type UserId } from "../../ids.ts";

/**
 * The open conversations in memory, so that what happens for every message reads nothing from disk. How many there are
 * makes nothing slower but {@link OpenConversations.all}.
 */
export interface OpenConversations {
  readonly size: number;
  byId(id: ConversationId): Conversation | undefined;
  idByUser(userId: UserId): ConversationId | undefined;
  idByThread(thread: Thread): ConversationId | undefined;
  /** The longest open first. */
  all(): Conversation[];
  hasUnrooted(): boolean;
  /** Takes a new conversation in, or what has become of one. One that has ended is forgotten. */
  put(after: Conversation, before?: Conversation): void;
}

export function createOpenConversations(): OpenConversations {
  let open = new Map<ConversationId, Conversation>();
  /** `open` is in the order of `openedAt`. It always is, unless clocks go back or a file is read in another order. */
  let isInOrder = true;
  let newest = 0;
  const byUser = new Map<UserId, ConversationId>();
  const byThread = new Map<string, ConversationId>();
  const unrooted = new Set<ConversationId>();

  function forgetUser({ id, userId }: Conversation): void {
    if (byUser.get(userId) === id) byUser.delete(userId);
  }

  function forget(conversation: Conversation): void {
    const { id } = conversation;
    open.delete(id);
    unrooted.delete(id);
    forgetUser(conversation);
    for (const thread of threadsOf(conversation)) byThread.delete(makeThreadKey(thread));
  }

  return {
    get size() {
      return open.size;
    },
    byId: (id) => open.get(id),
    idByUser: (userId) => byUser.get(userId),
    idByThread: (thread) => byThread.get(makeThreadKey(thread)),
    all() {
      if (!isInOrder) open = new Map([...open].sort(([, a], [, b]) => a.openedAt - b.openedAt));
      isInOrder = true;
      return [...open.values()];
    },
    hasUnrooted: () => unrooted.size > 0,
    put(after, before) {
      const { id, userId, openedAt } = after;
      if (before && before.userId !== userId) forgetUser(before);
      if (after.state !== "open") return forget(after);
      if (!open.has(id) && openedAt < newest) isInOrder = false;
      newest = Math.max(newest, openedAt);
      open.set(id, after);
      byUser.set(userId, id);
      for (const thread of threadsOf(after)) byThread.set(makeThreadKey(thread), id);
      if (isOpening(after)) unrooted.add(id);
      else unrooted.delete(id);
    },
  };
}
