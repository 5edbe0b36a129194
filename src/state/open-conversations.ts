import type { Conversation } from "../bridge/conversation.ts";
import { type ConversationId, makeThreadKey, type Thread, type UserId } from "../ids.ts";

/** The open conversations in memory, so that what happens for every message reads nothing from disk. */
export interface OpenConversations {
  byId(id: ConversationId): Conversation | undefined;
  idByUser(userId: UserId): ConversationId | undefined;
  idByThread(thread: Thread): ConversationId | undefined;
  /** The longest open first. */
  all(): Conversation[];
  /** Takes a new conversation in, or what has become of one. One that has ended is forgotten. */
  put(after: Conversation, before?: Conversation): void;
}

export function createOpenConversations(): OpenConversations {
  const open = new Map<ConversationId, Conversation>();
  const byUser = new Map<UserId, ConversationId>();
  const byThread = new Map<string, ConversationId>();

  function forget({ id, userId, thread, lost = [] }: Conversation): void {
    open.delete(id);
    if (byUser.get(userId) === id) byUser.delete(userId);
    for (const had of thread ? [thread, ...lost] : lost) byThread.delete(makeThreadKey(had));
  }

  return {
    byId: (id) => open.get(id),
    idByUser: (userId) => byUser.get(userId),
    idByThread: (thread) => byThread.get(makeThreadKey(thread)),
    all: () => [...open.values()].sort((a, b) => a.openedAt - b.openedAt),
    put(after, before) {
      const { id, userId, thread } = after;
      if (before && before.userId !== userId) forget(before);
      if (after.state !== "open") return forget(after);
      open.set(id, after);
      byUser.set(userId, id);
      if (thread) byThread.set(makeThreadKey(thread), id);
    },
  };
}
