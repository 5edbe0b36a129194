import { type Conversation, isOpening, isWaiting } from "../../bridge/conversation.ts";
import type { Conversations } from "../../bridge/ports.ts";
import { OvertakenError } from "../../errors.ts";
import { type ConversationId, makeThreadKey, toUserId, type UserId } from "../../ids.ts";
import { createTurns } from "../../turns.ts";
import {
  type ConversationRow,
  leadsTo,
  readConversation,
  readConversations,
  type Stored,
} from "../stored-conversation.ts";
import * as sql from "./conversation-statements.ts";
import type { Questions } from "./open-postgres.ts";
import type { SqlValue } from "./sql-value.ts";

/**
 * Conversations by id, User, thread and customer id. Nothing of them is kept in memory: each question is one to the database, and
 * what another replica has stored is seen by the next one. `reading`: where what nobody's message waits for is read.
 */
export function openPostgresConversations(database: Questions, reading = database): Conversations {
  /** Only to spare tries: what decides is the version. */
  const inTurn = createTurns<ConversationId>();

  async function storedBy(text: string, value: string): Promise<Stored | undefined> {
    const [row] = await database.read<ConversationRow>(text, value);
    return row && readConversation(row);
  }

  const conversationBy = async (text: string, value: string) =>
    (await storedBy(text, value))?.conversation;

  async function userBy(text: string, value: string): Promise<UserId | undefined> {
    const [row] = await database.read<{ user_id: string }>(text, value);
    return row && toUserId(row.user_id);
  }

  async function update(
    id: ConversationId,
    change: (conversation: Conversation) => Conversation,
  ): Promise<Conversation | undefined> {
    let before = await storedBy(sql.BY_ID, id);
    while (before) {
      const after = change(before.conversation);
      if (after === before.conversation) return after;
      const values = [...valuesOf(after, before.conversation), before.version];
      const { formerUserId = null } = leadsTo(after, before.conversation);
      const stored = await database.write({
        sql: sql.CHANGE,
        values: [...values, formerUserId],
        // Else what leads to this User from now on could expire with another conversation at this moment.
        ...(formerUserId && { locks: [userLock(after.userId)] }),
      });
      if (stored.length > 0) return after;
      // Somebody else has changed it: the change is made again, of what it is now.
      before = await storedBy(sql.BY_ID, id);
    }
    return undefined;
  }

  return {
    byId: (id) => conversationBy(sql.BY_ID, id),
    byUser: (userId) => conversationBy(sql.BY_USER, userId),
    byThread: (thread) => conversationBy(sql.BY_THREAD, makeThreadKey(thread)),
    currentId: async (userId) => (await userBy(sql.CURRENT_ID, userId)) ?? userId,
    userByExternalId: (externalId) => userBy(sql.USER_BY_EXTERNAL_ID, externalId),

    async open() {
      const found = readConversations(await database.read<ConversationRow>(sql.OPEN));
      return found.map(({ conversation }) => conversation).sort((a, b) => a.openedAt - b.openedAt);
    },

    async countOpen() {
      const [row] = await database.read<{ open: number }>(sql.COUNT_OPEN);
      return row?.open ?? 0;
    },

    async waiting() {
      const found = readConversations(await reading.read<ConversationRow>(sql.PERHAPS_WAITING));
      return found.map(({ conversation }) => conversation).filter(isWaiting);
    },

    async openUnder(userId) {
      const found = await database.read<ConversationRow>(sql.OPEN_UNDER, userId);
      return readConversations(found)[0]?.conversation;
    },
    hasUnrooted: async () => (await database.read(sql.UNROOTED)).length > 0,

    async create(conversation) {
      const { userId } = conversation;
      const stored = await database.write({
        sql: sql.CREATE,
        values: valuesOf(conversation),
        locks: [userLock(userId)],
      });
      if (stored.length === 0) throw new OvertakenError(userId);
    },

    update: (id, change) => inTurn(id, () => update(id, change)),

    async alias(from, to) {
      if (from === to) return;
      const values = [from, to];
      await database.write({ sql: sql.ADD_ALIAS, values, locks: [userLock(from)] });
    },
  };
}

/** A conversation is not created while its User is merged: it comes before that, or not at all. */
export const userLock = (userId: string): string => `user/${userId}`;

function valuesOf(conversation: Conversation, before?: Conversation): SqlValue[] {
  const { id, userId, state, ending } = conversation;
  const leads = leadsTo(conversation, before);
  return [
    id,
    userId,
    state === "open",
    !isOpening(conversation),
    ending?.at ?? null,
    JSON.stringify(conversation),
    leads.thread ?? null,
    leads.externalId ?? null,
  ];
}
