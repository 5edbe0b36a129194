import type { Conversation } from "../bridge/conversation.ts";
import type { Conversations } from "../bridge/ports.ts";
import { conversationSchema } from "../bridge/stored/conversation-schema.ts";
import { conversationId, userId } from "../bridge/stored/fields.ts";
import { StorageError } from "../errors.ts";
import { type ConversationId, makeThreadKey, type Thread, toUserId, type UserId } from "../ids.ts";
import type { Database } from "./database.ts";
import { openKeyValues } from "./key-values.ts";

/** How long callbacks may still use the id of a merged User of whom nothing else is kept. */
const ALIAS_LIFE_MS = 30 * 86_400_000;

/** The keys of the records. Stored: changing one is a migration. */
const keys = {
  conversation: (id: ConversationId) => `conversation/${id}`,
  open: (id: ConversationId) => `open/${id}`,
  user: (id: UserId) => `user/${id}`,
  alias: (id: UserId) => `alias/${id}`,
  externalId: (id: string) => `customer/${id}`,
  thread: (thread: Thread) => `thread/${makeThreadKey(thread)}`,
};

/**
 * Conversations in Keyv, by id, User, thread and customer id. Open ones are in memory too, so that what happens for every
 * message reads nothing from disk. A change is visible only after it is synced to disk.
 */
export async function openConversationStore(database: Database): Promise<Conversations> {
  const values = openKeyValues(database);
  const open = new Map<ConversationId, Conversation>();
  const openByUser = new Map<UserId, ConversationId>();
  const openByThread = new Map<string, ConversationId>();
  const aliases = new Map<UserId, UserId>();
  /** For each conversation that is being changed: the last change in line. */
  const changing = new Map<ConversationId, Promise<unknown>>();

  const ids = (await values.readableUnder("open", conversationId)).map(([, id]) => id);
  // One that cannot be read is left out here; whoever asks for it later is told.
  for (const known of await values.readable(ids.map(keys.conversation), conversationSchema)) {
    index(known);
  }
  for (const [from, to] of await values.readableUnder("alias", userId)) {
    aliases.set(toUserId(from), to);
  }

  /** Indexes an open conversation in memory, and forgets one that has ended. */
  function index(conversation: Conversation): void {
    const { id, userId, thread, state } = conversation;
    if (state !== "open") {
      forget(conversation);
      return;
    }
    open.set(id, conversation);
    openByUser.set(userId, id);
    if (thread) openByThread.set(makeThreadKey(thread), id);
  }

  function forget({ id, userId, thread }: Conversation): void {
    open.delete(id);
    if (openByUser.get(userId) === id) openByUser.delete(userId);
    if (thread) openByThread.delete(makeThreadKey(thread));
  }

  async function write(
    conversation: Conversation,
    before: Conversation | undefined,
  ): Promise<void> {
    const { id, userId, user, thread, state } = conversation;
    // Begun together, so they share one transaction.
    await Promise.all([
      values.set(keys.conversation(id), conversation),
      before?.userId === userId ? undefined : values.set(keys.user(userId), id),
      thread && !before?.thread ? values.set(keys.thread(thread), id) : undefined,
      user.externalId && user.externalId !== before?.user.externalId
        ? values.set(keys.externalId(user.externalId), userId)
        : undefined,
      state === "open"
        ? before?.state === "open"
          ? undefined
          : values.set(keys.open(id), id)
        : before?.state === "open"
          ? values.delete(keys.open(id))
          : undefined,
    ]).catch((error: unknown) => {
      throw new StorageError("A conversation could not be stored", { cause: error });
    });
    if (before && before.userId !== userId) forget(before);
    index(conversation);
  }

  async function byId(id: ConversationId): Promise<Conversation | undefined> {
    const known = open.get(id);
    if (known) return known;
    return await values.get(keys.conversation(id), conversationSchema);
  }

  function resolve(userId: UserId): UserId {
    let current = userId;
    // A merged User may be merged again. The bound ends a circle, which should not exist.
    for (let hops = 0; hops < 10; hops++) {
      const next = aliases.get(current);
      if (next === undefined) break;
      current = next;
    }
    return current;
  }

  return {
    byId,

    async byUser(given) {
      const user = resolve(given);
      const id = openByUser.get(user) ?? (await values.get(keys.user(user), conversationId));
      return id === undefined ? undefined : await byId(id);
    },

    async byThread(thread) {
      const id =
        openByThread.get(makeThreadKey(thread)) ??
        (await values.get(keys.thread(thread), conversationId));
      return id === undefined ? undefined : await byId(id);
    },

    currentId: (userId) => Promise.resolve(resolve(userId)),

    async userByExternalId(externalId) {
      const user = await values.get(keys.externalId(externalId), userId);
      return user === undefined ? undefined : resolve(user);
    },

    open: () => [...open.values()].sort((a, b) => a.openedAt - b.openedAt),

    async create(conversation) {
      await write(conversation, undefined);
    },

    async update(id, change) {
      const turn = (changing.get(id) ?? Promise.resolve()).then(async () => {
        const before = await byId(id);
        if (!before) return undefined;
        const after = change(before);
        if (after !== before) await write(after, before);
        return after;
      });
      const settled = turn.catch(() => {});
      changing.set(id, settled);
      try {
        return await turn;
      } finally {
        if (changing.get(id) === settled) changing.delete(id);
      }
    },

    async alias(from, to) {
      if (from === to) return;
      await values.set(keys.alias(from), to, ALIAS_LIFE_MS);
      aliases.set(from, to);
    },
  };
}
