import { identity } from "./identity.ts";
import { SlackError } from "./slack-error.ts";
import type { SlackChannel, SlackState } from "./state.ts";

/** The channel as the app may see it. @throws {SlackError} `channel_not_found` also for private ones it is not in */
export function visibleChannel(state: SlackState, id: string): SlackChannel {
  const channel = state.channels.get(id);
  if (!channel || (channel.isPrivate && !channel.members.has(identity.botUserId))) {
    throw new SlackError("channel_not_found");
  }
  return channel;
}

/**
 * The channel, if the app may write there.
 * @throws {SlackError} `channel_not_found`, `not_in_channel`, `is_archived`, and `messages_tab_disabled` for direct
 * messages of an app without a messages tab
 */
export function writableChannel(state: SlackState, id: string): SlackChannel {
  const channel = visibleChannel(state, id);
  if (channel.isArchived) throw new SlackError("is_archived");
  if (!channel.members.has(identity.botUserId)) throw new SlackError("not_in_channel");
  if (channel.imOf !== undefined && !state.manifest.messagesTab) {
    throw new SlackError("messages_tab_disabled");
  }
  return channel;
}

/** The channel, if this member may write there. @throws {SlackError} `channel_not_found`, `not_in_channel`, `is_archived` */
export function channelOfWriter(state: SlackState, id: string, user: string): SlackChannel {
  const channel = state.channels.get(id);
  if (!channel) throw new SlackError("channel_not_found");
  if (channel.isArchived) throw new SlackError("is_archived");
  // Who is no member of the workspace, such as Slackbot, is nobody's member either.
  if (state.users.has(user) && !channel.members.has(user)) throw new SlackError("not_in_channel");
  return channel;
}

export function channelType(channel: SlackChannel): "channel" | "group" | "im" {
  if (channel.imOf !== undefined) return "im";
  return channel.isPrivate ? "group" : "channel";
}
