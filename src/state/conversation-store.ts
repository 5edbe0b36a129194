import { Keyv } from "keyv";
import type { Conversation } from "../bridge/conversation.ts";
import type { Conversations } from "../bridge/ports.ts";
import { conversationSchema } from "../bridge/stored/conversation-schema.ts";
import { text } from "../bridge/stored/fields.ts";
import { readStored } from "../bridge/stored/read-stored.ts";
import { StorageError } from "../errors.ts";
import { type ConversationId, makeThreadKey, type Thread, toUserId, type UserId } from "../ids.ts";
import type { Database } from "./database.ts";

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
  const store = new Keyv<string | Conversation>({
    store: database.keyvStore,
    // Without it Keyv swallows errors, and what was not stored would seem stored.
    throwOnErrors: true,
    useKeyPrefix: false,
  });
  const open = new Map<ConversationId, Conversation>();
  const openByUser = new Map<UserId, ConversationId>();
  const openByThread = new Map<string, ConversationId>();
  const aliases = new Map<UserId, UserId>();
  /** For each conversation that is being changed: the last change in line. */
  const changing = new Map<ConversationId, Promise<unknown>>();

  const pointer = async (key: string): Promise<string | undefined> => {
    const value = await store.get(key);
    return value === undefined ? undefined : readStored(text, value, key);
  };

  // Keyv stores `{"value": …}`.
  const rows = await database.read<{ conversation: string }>(
    `SELECT value -> '$.value' AS conversation FROM keyv WHERE key IN
       (SELECT 'conversation/' || substr(key, length('open/') + 1) FROM keyv
        WHERE key >= 'open/' AND key < 'open0')`,
  );
  for (const { conversation } of rows) {
    // One that cannot be read must not affect the others; reading it later throws.
    const known = conversationSchema.safeParse(JSON.parse(conversation));
    if (known.success) index(known.data);
  }
  const aliased = await database.read<{ key: string; value: string }>(
    "SELECT key, value ->> '$.value' AS value FROM keyv WHERE key >= 'alias/' AND key < 'alias0'",
  );
  for (const { key, value } of aliased) {
    aliases.set(toUserId(key.slice("alias/".length)), toUserId(value));
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
      store.set(keys.conversation(id), conversation),
      before?.userId === userId ? undefined : store.set(keys.user(userId), id),
      thread && !before?.thread ? store.set(keys.thread(thread), id) : undefined,
      user.externalId && user.externalId !== before?.user.externalId
        ? store.set(keys.externalId(user.externalId), userId)
        : undefined,
      state === "open"
        ? before?.state === "open"
          ? undefined
          : store.set(keys.open(id), id)
        : before?.state === "open"
          ? store.delete(keys.open(id))
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
    const key = keys.conversation(id);
    const value = await store.get(key);
    return value === undefined ? undefined : readStored(conversationSchema, value, key);
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
      const userId = resolve(given);
      const id = openByUser.get(userId) ?? (await pointer(keys.user(userId)));
      return id === undefined ? undefined : await byId(id as ConversationId);
    },

    async byThread(thread) {
      const id = openByThread.get(makeThreadKey(thread)) ?? (await pointer(keys.thread(thread)));
      return id === undefined ? undefined : await byId(id as ConversationId);
    },

    currentId: (userId) => Promise.resolve(resolve(userId)),

    async userByExternalId(externalId) {
      const userId = await pointer(keys.externalId(externalId));
      return userId === undefined ? undefined : resolve(toUserId(userId));
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
      await store.set(keys.alias(from), to, ALIAS_LIFE_MS);
      aliases.set(from, to);
    },
  };
}
