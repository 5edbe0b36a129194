import { type Conversation, isWaiting } from "../../bridge/conversation.ts";
import type { Conversations } from "../../bridge/ports.ts";
import { OvertakenError } from "../../errors.ts";
import type { ConversationId, UserId } from "../../ids.ts";
import { createTurns } from "../../turns.ts";
import type { Stored } from "../stored-conversation.ts";
import { openConversationRecords } from "./conversation-records.ts";
import type { Database } from "./database.ts";
import { createOpenConversations } from "./open-conversations.ts";
import { openUserAliases } from "./user-aliases.ts";

export interface ConversationStore extends Conversations {
  /** Looks for aliases that somebody else has deleted. */
  reloadAliases(): Promise<void>;
}

/**
 * Conversations by id, User, thread and customer id: on disk, and the open ones in memory too. A change is visible only after
 * it is synced to disk.
 */
export async function openConversationStore(database: Database): Promise<ConversationStore> {
  const records = openConversationRecords(database);
  // First, because what goes wrong here is said more exactly than what Keyv throws.
  const stored = await records.open();
  const aliases = await openUserAliases(database);
  const open = createOpenConversations();
  /** Of the open ones. */
  const versions = new Map<ConversationId, number>();
  const inTurn = createTurns<ConversationId>();
  /** A conversation is not created while its User is merged: it comes before that, or not at all. */
  const ofUserInTurn = createTurns<UserId>();
  for (const each of stored) keep(each);

  function keep({ conversation, version }: Stored, before?: Conversation): void {
    open.put(conversation, before);
    if (conversation.state === "open") versions.set(conversation.id, version);
    else versions.delete(conversation.id);
  }

  async function byId(id: ConversationId | undefined): Promise<Conversation | undefined> {
    return id && (open.byId(id) ?? (await records.byId(id))?.conversation);
  }

  async function storedOf(id: ConversationId): Promise<Stored | undefined> {
    const conversation = open.byId(id);
    const version = versions.get(id);
    return conversation && version !== undefined
      ? { conversation, version }
      : await records.byId(id);
  }

  async function update(
    id: ConversationId,
    change: (conversation: Conversation) => Conversation,
  ): Promise<Conversation | undefined> {
    let before = await storedOf(id);
    while (before) {
      const { conversation, version } = before;
      const after = change(conversation);
      if (after === conversation) return after;
      if (await records.replace(before, after)) {
        keep({ conversation: after, version: version + 1 }, conversation);
        return after;
      }
      // Somebody else has changed it: the change is made again, of what it is now.
      before = await records.byId(id);
      if (before) keep(before, conversation);
    }
    return undefined;
  }

  return {
    byId,

    async byUser(given) {
      const userId = aliases.resolve(given);
      return await byId(open.idByUser(userId) ?? (await records.idByUser(userId)));
    },

    async byThread(thread) {
      return await byId(open.idByThread(thread) ?? (await records.idByThread(thread)));
    },

    currentId: (userId) => Promise.resolve(aliases.resolve(userId)),

    async userByExternalId(externalId) {
      const userId = await records.userByExternalId(externalId);
      return userId && aliases.resolve(userId);
    },

    open: () => Promise.resolve(open.all()),
    countOpen: () => Promise.resolve(open.size),
    waiting: () => Promise.resolve(open.all().filter(isWaiting)),
    hasUnrooted: () => Promise.resolve(open.hasUnrooted()),
    openUnder(userId) {
      const id = open.idByUser(userId);
      return Promise.resolve(id && open.byId(id));
    },

    create: (conversation) =>
      ofUserInTurn(conversation.userId, async () => {
        const { userId } = conversation;
        if (aliases.resolve(userId) !== userId) throw new OvertakenError(userId);
        const version = await records.add(conversation);
        if (version === undefined) throw new OvertakenError(userId);
        keep({ conversation, version });
      }),

    update: (id, change) => inTurn(id, () => update(id, change)),
    reloadAliases: aliases.reload,
    alias: (from, to) => ofUserInTurn(from, () => aliases.add(from, to)),
  };
}
