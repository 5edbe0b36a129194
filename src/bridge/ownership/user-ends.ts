import type { UserTexts } from "../../config/desk-rules.ts";
import { isSystemMessage, type ParleyMessage } from "../../convert/to-slack/parley-message.ts";
import type { Item, Lanes } from "../../delivery/lanes.ts";
import { makeDerivedItemId, makeThreadKey, type ServiceId, type Thread } from "../../ids.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import type { OutboxBody } from "../stored/outbox-body.ts";

export interface UserEndsDependencies {
  desk: Pick<Desk, "rulesOf">;
  outbox: Pick<Lanes<OutboxBody>, "append">;
  /** Where Users go back to. */
  botService: ServiceId;
  userTexts: UserTexts;
}

/** Whether a User ends the conversation with this: it is one of the team's words, however that is capitalised, and nothing else. */
export function endsConversation(
  message: ParleyMessage,
  conversation: Conversation,
  { desk }: Pick<UserEndsDependencies, "desk">,
): boolean {
  const { text, media, carousel } = message;
  if (text === undefined || media || carousel || isSystemMessage(message)) return false;
  const written = alike(text);
  return desk.rulesOf(conversation).endWords.some((word) => alike(word) === written);
}

const alike = (text: string): string => text.normalize("NFKC").trim().toLowerCase();

/**
 * Hands a User back who has ended the conversation with what this item has shown in the thread: behind the replies that wait
 * there, and, where the file has the text `ended`, behind that. On disk when resolved; safe to repeat.
 */
export async function userEnds(
  { id }: Pick<Item<unknown>, "id">,
  conversation: Pick<Conversation, "id">,
  thread: Thread,
  { outbox, botService, userTexts }: UserEndsDependencies,
): Promise<void> {
  const lane = makeThreadKey(thread);
  if (userTexts.ended !== undefined) {
    await outbox.append({
      lane,
      id: makeDerivedItemId(conversation.id, "told of the end"),
      body: { kind: "tell-user", conversation: conversation.id, text: "ended" },
    });
  }
  await outbox.append({
    lane,
    id: makeDerivedItemId(id, "user ended"),
    body: {
      kind: "hand-back",
      request: { thread, to: botService, reason: "user_ended" },
    },
  });
}
