import type { Conversation } from "../../bridge/conversation.ts";
import {
  type ConversationId,
  makeThreadKey,
  type Thread,
  toConversationId,
  toUserId,
  type UserId,
} from "../../ids.ts";
import {
  CONVERSATION_COLUMNS,
  type ConversationRow,
  leadsTo,
  readConversation,
  readConversations,
  type Stored,
} from "../stored-conversation.ts";
import type { Database } from "./database.ts";
import type { Statement } from "./sqlite-operation.ts";

/**
 * Conversations on disk, open or not.
 *
 * @throws {StorageError} from every call · {UnreadableError} this version does not understand what was asked for
 */
export interface ConversationRecords {
  byId(id: ConversationId): Promise<Stored | undefined>;
  /** The User's newest conversation: the open one, or the one that ended last. */
  idByUser(id: UserId): Promise<ConversationId | undefined>;
  idByThread(thread: Thread): Promise<ConversationId | undefined>;
  userByExternalId(externalId: string): Promise<UserId | undefined>;
  /** The open ones. One that this version does not understand is left out here; whoever asks for it later is told. */
  open(): Promise<Stored[]>;
  /** Adds a conversation, and all that leads to it: all of it or nothing. Returns its version; `undefined`: the User has another open one. */
  add(conversation: Conversation): Promise<number | undefined>;
  /** The same of a change. False: it is not as it was in `before` any more, and nothing was stored. */
  replace(before: Stored, after: Conversation): Promise<boolean>;
}

export function openConversationRecords(database: Database): ConversationRecords {
  return {
    async byId(id) {
      const [row] = await database.read<ConversationRow>(
        `SELECT ${CONVERSATION_COLUMNS} FROM conversations WHERE id = ?`,
        id,
      );
      return row && readConversation(row);
    },

    async idByUser(userId) {
      const [row] = await database.read<Pick<ConversationRow, "id">>(
        `SELECT id FROM conversations WHERE user_id = ?
         ORDER BY is_open DESC, ended_at DESC, rowid DESC LIMIT 1`,
        userId,
      );
      return row && toConversationId(row.id);
    },

    async idByThread(thread) {
      const [row] = await database.read<{ conversation: string }>(
        "SELECT conversation FROM threads WHERE thread = ?",
        makeThreadKey(thread),
      );
      return row && toConversationId(row.conversation);
    },

    async userByExternalId(externalId) {
      const [row] = await database.read<{ user_id: string }>(
        "SELECT user_id FROM customers WHERE external_id = ?",
        externalId,
      );
      return row && toUserId(row.user_id);
    },

    async open() {
      const rows = await database.read<ConversationRow>(
        `SELECT ${CONVERSATION_COLUMNS} FROM conversations WHERE is_open = 1 ORDER BY rowid`,
      );
      return readConversations(rows);
    },

    async add(conversation) {
      const isAdded = await database.writeAll([
        { sql: INSERT, values: valuesOf(conversation), isCondition: true },
        ...pointersTo(conversation),
      ]);
      return isAdded ? FIRST_VERSION : undefined;
    },

    replace: (before, after) =>
      database.writeAll([change(before, after), ...pointersTo(after, before.conversation)]),
  };
}

const FIRST_VERSION = 1;

/**
 * Adds nothing where the User has another one that is open. Replaces one with the same id: the same item always opens the same
 * conversation, also after a crash.
 */
const INSERT = `INSERT OR REPLACE INTO conversations (id, user_id, is_open, ended_at, body, version)
  SELECT ?1, ?2, ?3, ?4, ?5, ${FIRST_VERSION}
  WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE user_id = ?2 AND is_open = 1 AND id <> ?1) RETURNING id`;

/** Sets what a conversation is looked for by only where it changes: else each change would write the indexes anew, too. */
function change({ conversation, version }: Stored, after: Conversation): Statement {
  const keys = keysOf(after);
  const isSame = keysOf(conversation).every((key, index) => key === keys[index]);
  const set = `UPDATE conversations SET ${isSame ? "" : "user_id = ?4, is_open = ?5, ended_at = ?6, "}body = ?3, version = version + 1`;
  return {
    sql: `${set} WHERE id = ?1 AND version = ?2 RETURNING id`,
    values: [after.id, version, JSON.stringify(after), ...(isSame ? [] : keys)],
    isCondition: true,
  };
}

const valuesOf = (conversation: Conversation) => [
  conversation.id,
  ...keysOf(conversation),
  JSON.stringify(conversation),
];

/** What a conversation is looked for by, besides its id. */
const keysOf = ({ userId, state, ending }: Conversation) => [
  userId,
  state === "open" ? 1 : 0,
  ending?.at ?? null,
];

function pointersTo(after: Conversation, before?: Conversation): Statement[] {
  const { id, userId, thread, externalId, formerUserId } = leadsTo(after, before);
  const pointers: Statement[] = [];
  if (thread) {
    const sql =
      "INSERT INTO threads (thread, conversation) VALUES (?, ?) ON CONFLICT (thread) DO UPDATE SET conversation = excluded.conversation";
    pointers.push({ sql, values: [thread, id] });
  }
  if (externalId) {
    const sql =
      "INSERT INTO customers (external_id, user_id) VALUES (?, ?) ON CONFLICT (external_id) DO UPDATE SET user_id = excluded.user_id";
    pointers.push({ sql, values: [externalId, userId] });
  }
  if (formerUserId) {
    const sql = "UPDATE customers SET user_id = ? WHERE user_id = ?";
    pointers.push({ sql, values: [userId, formerUserId] });
  }
  return pointers;
}
