import { type Conversation, threadsOf } from "../bridge/conversation.ts";
import { conversationSchema } from "../bridge/stored/conversation-schema.ts";
import { parseStored } from "../bridge/stored/read-stored.ts";
import { defined } from "../defined.ts";
import { type ConversationId, makeThreadKey, type UserId } from "../ids.ts";
import { ifReadable } from "./if-readable.ts";

/** A conversation as it is on disk. `version` grows with each change. */
export interface Stored {
  readonly conversation: Conversation;
  readonly version: number;
}

/** The row that holds it: `body` is the conversation as JSON. */
export interface ConversationRow {
  readonly id: string;
  readonly version: number;
  readonly body: string;
}

export const CONVERSATION_COLUMNS = "id, version, body";

/** @throws {UnreadableError} this version does not understand it */
export const readConversation = ({ id, version, body }: ConversationRow): Stored => ({
  conversation: parseStored(conversationSchema, body, `conversation/${id}`),
  version,
});

/** Those that this version understands. Whoever asks for another one is told. */
export const readConversations = (rows: readonly ConversationRow[]): Stored[] =>
  rows.flatMap((row) => ifReadable(() => readConversation(row)));

/** What leads to a conversation from now on, besides its id. */
export interface Leads {
  readonly id: ConversationId;
  readonly userId: UserId;
  /** It is found under each thread that it ever had. */
  readonly thread?: string;
  /** And its User under each customer id. */
  readonly externalId?: string;
  /** All customer ids of this User are those of `userId` now: else they would outlast the conversation, with which those of its User go. */
  readonly formerUserId?: UserId;
}

/** `before`: the conversation of which it was made. What led there already is left out, and stays. */
export function leadsTo(conversation: Conversation, before?: Conversation): Leads {
  const { id, userId, user } = conversation;
  const { externalId } = user;
  const had = new Set(before && threadsOf(before).map(makeThreadKey));
  // There is no more than one that is new.
  const thread = threadsOf(conversation)
    .map(makeThreadKey)
    .find((key) => !had.has(key));
  return {
    id,
    userId,
    ...defined({
      thread,
      externalId: externalId === before?.user.externalId ? undefined : externalId || undefined,
      formerUserId: before && before.userId !== userId ? before.userId : undefined,
    }),
  };
}
