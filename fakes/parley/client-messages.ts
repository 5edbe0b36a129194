import type { ApiCall } from "./api-call.ts";
import { type Answer, Refusal, toSuccess } from "./envelope.ts";
import type { ParleyMessage } from "./message.ts";
import type { ParleySettings } from "./options.ts";
import type { ParleyUser } from "./state.ts";

const PAGE_SIZE = 50;

/**
 * One page of a User's messages, newest first. `after` gives the 50 that follow that id, so that a client that polls
 * misses none; `before` the 50 that precede it; neither gives the latest 50.
 */
export function toMessagePage(
  call: ApiCall,
  settings: ParleySettings,
  user: ParleyUser,
  cursor: { readonly before?: number; readonly after?: number } = {},
): Answer {
  const { before, after } = cursor;
  const matching = user.messages.filter(
    ({ id }) => (before === undefined || id < before) && (after === undefined || id > after),
  );
  const page = after === undefined ? matching.slice(-PAGE_SIZE) : matching.slice(0, PAGE_SIZE);
  const oldest = page[0]?.id;
  const hasOlder = oldest !== undefined && user.messages.some(({ id }) => id < oldest);
  return toSuccess(call, page.toReversed(), {
    root: {
      agent: user.agent,
      paging: {
        before: hasOlder ? `/messages/before:${oldest}` : "",
        after: `/messages/after:${page.at(-1)?.id ?? after ?? 0}`,
      },
      stickyMessage: settings.stickyMessage,
      welcomeMessage: settings.welcomeMessage,
    },
  });
}

/** What the client has not yet shown: unseen messages of the account. */
export function toUnseenCount(call: ApiCall, user: ParleyUser): Answer {
  const messageIds = user.messages
    .filter(({ typeId, status }) => typeId === 2 && status < STATUS_SEEN)
    .map(({ id }) => id);
  return toSuccess(call, { messageIds, count: messageIds.length });
}

/** @throws {Refusal} `message_not_found` */
export function findMessage(user: ParleyUser, id: number): ParleyMessage {
  const message = user.messages.find((candidate) => candidate.id === id);
  if (!message) throw new Refusal(400, "message_not_found");
  return message;
}

/**
 * A status never goes back.
 * @throws {Refusal} `invalid_status`, `invalid_messageIds`, `message_not_found`
 */
export function raiseStatus(user: ParleyUser, status: number, messageIds: unknown): void {
  if (![2, 3, STATUS_SEEN].includes(status)) throw new Refusal(400, "invalid_status");
  if (!Array.isArray(messageIds)) throw new Refusal(400, "invalid_messageIds");
  const messages = messageIds.map((id) => findMessage(user, Number(id)));
  for (const message of messages) message.status = Math.max(message.status, status);
}

const STATUS_SEEN = 4;
