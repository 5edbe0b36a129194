import type { Conversation } from "../bridge/conversation.ts";
import {
  CONVERSATION_COLUMNS,
  type ConversationRow,
  readConversations,
} from "./stored-conversation.ts";

/** Some conversations, open or not. */
export interface ConversationPage {
  readonly conversations: readonly Conversation[];
  /** How many there are besides that this version does not understand. */
  readonly unreadable: number;
}

/** Few, because one may have a transcript of a megabyte. */
const PAGE = 100;

/** The rows behind an id, which is the place of the first parameter. */
export const pageBehind = (parameter: string): string =>
  `SELECT ${CONVERSATION_COLUMNS} FROM conversations WHERE id > ${parameter} ORDER BY id LIMIT ${PAGE}`;

/** All of them, some at a time: however many there are, few are in memory. One that changes meanwhile is as before or after. */
export async function* conversationPages(
  readBehind: (id: string) => Promise<readonly ConversationRow[]>,
): AsyncGenerator<ConversationPage> {
  let last: string | undefined = "";
  while (last !== undefined) {
    const rows: readonly ConversationRow[] = await readBehind(last);
    const conversations = readConversations(rows).map(({ conversation }) => conversation);
    if (rows.length > 0) yield { conversations, unreadable: rows.length - conversations.length };
    last = rows[PAGE - 1]?.id;
  }
}
