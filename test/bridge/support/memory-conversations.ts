import {
  type Conversation,
  isOpening,
  isWaiting,
  threadsOf,
} from "../../../src/bridge/conversation.ts";
import type { Conversations } from "../../../src/bridge/ports.ts";
import { conversationSchema } from "../../../src/bridge/stored/conversation-schema.ts";
import { OvertakenError } from "../../../src/errors.ts";
import { type ConversationId, makeThreadKey, type UserId } from "../../../src/ids.ts";
import { createMemorySync } from "./memory-sync.ts";

/** Conversations in memory, held to the contract of the store; as JSON, so that only what can be stored comes back. */
export function createMemoryConversations(sync = createMemorySync()): Conversations {
  const stored = new Map<ConversationId, string>();
  const newest = new Map<UserId, ConversationId>();
  const byThread = new Map<string, ConversationId>();
  const byExternalId = new Map<string, UserId>();
  const aliases = new Map<UserId, UserId>();

  const find = (id: ConversationId | undefined): Conversation | undefined => {
    const text = id && stored.get(id);
    return text === undefined ? undefined : conversationSchema.parse(JSON.parse(text));
  };

  function write(conversation: Conversation, before: Conversation | undefined): Promise<void> {
    const undo = rememberAll();
    const { id, userId, user } = conversation;
    stored.set(id, JSON.stringify(conversation));
    if (before?.userId !== userId) newest.set(userId, id);
    for (const thread of threadsOf(conversation)) byThread.set(makeThreadKey(thread), id);
    if (user.externalId) byExternalId.set(user.externalId, userId);
    return sync.written(undo);
  }

  /** Returns what makes everything as it is now. */
  function rememberAll(): () => void {
    const undos = [stored, newest, byThread, byExternalId, aliases].map(remember);
    return () => {
      for (const undo of undos) undo();
    };
  }

  function resolve(userId: UserId): UserId {
    let current = userId;
    for (let hops = 0; hops < 10; hops++) current = aliases.get(current) ?? current;
    return current;
  }

  const open = () =>
    [...stored.keys()]
      .flatMap((id) => find(id) ?? [])
      .filter(({ state }) => state === "open")
      .sort((a, b) => a.openedAt - b.openedAt);

  return {
    byId: (id) => Promise.resolve(find(id)),
    byUser: (userId) => Promise.resolve(find(newest.get(resolve(userId)))),
    byThread: (thread) => Promise.resolve(find(byThread.get(makeThreadKey(thread)))),
    currentId: (userId) => Promise.resolve(resolve(userId)),
    userByExternalId(externalId) {
      const userId = byExternalId.get(externalId);
      return Promise.resolve(userId && resolve(userId));
    },
    open: () => Promise.resolve(open()),
    countOpen: () => Promise.resolve(open().length),
    waiting: () => Promise.resolve(open().filter(isWaiting)),
    openUnder: (userId) => Promise.resolve(open().find((each) => each.userId === userId)),
    hasUnrooted: () => Promise.resolve(open().some(isOpening)),
    create(conversation) {
      const { userId } = conversation;
      const hasOther = open().some((each) => each.userId === userId && each.id !== conversation.id);
      if (hasOther || resolve(userId) !== userId) return Promise.reject(new OvertakenError(userId));
      return write(conversation, undefined);
    },
    async update(id, change) {
      const before = find(id);
      if (!before) return undefined;
      const after = change(before);
      if (after !== before) await write(after, before);
      return after;
    },
    alias(from, to) {
      const undo = rememberAll();
      if (from !== to) aliases.set(from, to);
      return sync.written(undo);
    },
  };
}

function remember(map: Map<unknown, unknown>): () => void {
  const entries = [...map];
  return () => {
    map.clear();
    for (const [key, value] of entries) map.set(key, value);
  };
}
