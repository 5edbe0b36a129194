import { identity } from "./identity.ts";
import { SlackError } from "./slack-error.ts";
import type { SlackChannel, SlackState } from "./state.ts";

/** The id of the app's direct messages with a user. */
export function directMessagesId(user: string): string {
  return `D0${user.slice(2)}`;
}

/**
 * The app's direct messages with a user, opened if they were not.
 * @throws {SlackError} `user_not_found`, `user_disabled`, `cannot_dm_bot`
 */
export function openDirectMessages(state: SlackState, user: string): SlackChannel {
  const found = state.users.get(user);
  if (!found) throw new SlackError("user_not_found");
  if (found.isBot) throw new SlackError("cannot_dm_bot");
  if (found.deleted) throw new SlackError("user_disabled");
  const id = directMessagesId(user);
  const open = state.channels.get(id);
  if (open) return open;
  const channel: SlackChannel = {
    id,
    name: "directmessage",
    isPrivate: true,
    isArchived: false,
    isShared: false,
    imOf: user,
    created: 1_763_000_000,
    creator: user,
    members: new Set([user, identity.botUserId]),
  };
  state.channels.set(id, channel);
  return channel;
}
