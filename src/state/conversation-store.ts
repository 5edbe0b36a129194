import type { Conversation } from "../bridge/conversation.ts";
import type { Conversations } from "../bridge/ports.ts";
import { UserMergedError } from "../errors.ts";
import type { ConversationId, UserId } from "../ids.ts";
import { createTurns } from "../turns.ts";
import { openConversationRecords } from "./conversation-records.ts";
import type { Database } from "./database.ts";
import { openKeyValues } from "./key-values.ts";
import { createOpenConversations } from "./open-conversations.ts";
import { openUserAliases } from "./user-aliases.ts";

/**
 * Conversations by id, User, thread and customer id: on disk, and the open ones in memory too. A change is visible only after
 * it is synced to disk.
 */
export async function openConversationStore(database: Database): Promise<Conversations> {
  const values = openKeyValues(database);
  const records = openConversationRecords(values);
  const aliases = await openUserAliases(values);
  const open = createOpenConversations();
  const inTurn = createTurns<ConversationId>();
  /** A conversation is not created while its User is merged: it comes before that, or not at all. */
  const ofUserInTurn = createTurns<UserId>();
  for (const conversation of await records.open()) open.put(conversation);

  async function byId(id: ConversationId | undefined): Promise<Conversation | undefined> {
    return id && (open.byId(id) ?? (await records.byId(id)));
  }

  async function write(after: Conversation, before?: Conversation): Promise<void> {
    await records.write(after, before);
    open.put(after, before);
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

    open: open.all,
    countOpen: () => open.size,
    hasUnrooted: open.hasUnrooted,
    openUnder(userId) {
      const id = open.idByUser(userId);
      return id && open.byId(id);
    },

    create: (conversation) =>
      ofUserInTurn(conversation.userId, async () => {
        const { userId } = conversation;
        if (aliases.resolve(userId) !== userId) throw new UserMergedError(userId);
        await write(conversation);
      }),

    update: (id, change) =>
      inTurn(id, async () => {
        const before = await byId(id);
        if (!before) return undefined;
        const after = change(before);
        if (after !== before) await write(after, before);
        return after;
      }),

    alias: (from, to) => ofUserInTurn(from, () => aliases.add(from, to)),
  };
}
