import type { Conversation } from "../bridge/conversation.ts";
import { conversationSchema } from "../bridge/stored/conversation-schema.ts";
import { conversationId, userId } from "../bridge/stored/fields.ts";
import { type ConversationId, makeThreadKey, type Thread, type UserId } from "../ids.ts";
import type { KeyChange, KeyValues } from "./key-values.ts";

/** The keys of a record, and of what leads to it. Stored: changing one is a migration. */
const keys = {
  conversation: (id: ConversationId) => `conversation/${id}`,
  open: (id: ConversationId) => `open/${id}`,
  user: (id: UserId) => `user/${id}`,
  externalId: (id: string) => `customer/${id}`,
  thread: (thread: Thread) => `thread/${makeThreadKey(thread)}`,
};

/**
 * Conversations on disk, open or not.
 *
 * @throws {StorageError} from every call · {UnreadableError} this version does not understand what was asked for
 */
export interface ConversationRecords {
  byId(id: ConversationId): Promise<Conversation | undefined>;
  /** The User's newest conversation. */
  idByUser(id: UserId): Promise<ConversationId | undefined>;
  idByThread(thread: Thread): Promise<ConversationId | undefined>;
  userByExternalId(externalId: string): Promise<UserId | undefined>;
  /** The open ones. One that this version does not understand is left out here; whoever asks for it later is told. */
  open(): Promise<Conversation[]>;
  /** Stores a conversation, and all that leads to it or does so no more: all of it or nothing. */
  write(after: Conversation, before: Conversation | undefined): Promise<void>;
}

export const openConversationRecords = (values: KeyValues): ConversationRecords => ({
  byId: (id) => values.get(keys.conversation(id), conversationSchema),
  idByUser: (id) => values.get(keys.user(id), conversationId),
  idByThread: (thread) => values.get(keys.thread(thread), conversationId),
  userByExternalId: (externalId) => values.get(keys.externalId(externalId), userId),

  async open() {
    const ids = (await values.readableUnder("open", conversationId)).map(([, id]) => id);
    return await values.readable(ids.map(keys.conversation), conversationSchema);
  },

  write: (after, before) => values.change(changesTo(after, before)),
});

function changesTo(after: Conversation, before: Conversation | undefined): KeyChange[] {
  const { id, thread, user } = after;
  const changes: KeyChange[] = [[keys.conversation(id), after]];
  if (after.userId !== before?.userId) changes.push([keys.user(after.userId), id]);
  if (thread && !before?.thread) changes.push([keys.thread(thread), id]);
  if (user.externalId && user.externalId !== before?.user.externalId) {
    changes.push([keys.externalId(user.externalId), after.userId]);
  }
  const isOpen = after.state === "open";
  if (isOpen !== (before?.state === "open")) changes.push([keys.open(id), isOpen ? id : undefined]);
  return changes;
}
