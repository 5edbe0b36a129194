import { channelType } from "./channels.ts";
import type { SlackEvent } from "./events.ts";
import { findMessage, isReply, threadOf, threadSummary } from "./messages.ts";
import { omit } from "./omit.ts";
import type { SlackChannel, SlackMessage, SlackState } from "./state.ts";

/** The keys that tell where and when, on every message event. */
function place(channel: SlackChannel, eventTs: string) {
  return { channel: channel.id, event_ts: eventTs, channel_type: channelType(channel) };
}

/** The event for a new message, in the shape of its subtype. */
export function toMessageEvent(
  state: SlackState,
  channel: SlackChannel,
  message: SlackMessage,
): SlackEvent {
  const isCustom = message.subtype === "bot_message";
  const shown = omit(message, "app_id", "reactions", "edited");
  return {
    ...(isCustom ? omit(shown, "parent_user_id") : shown),
    ...(message.subtype === "thread_broadcast" && { root: broadcastRoot(state, message) }),
    ...place(channel, message.ts),
  };
}

function broadcastRoot(state: SlackState, message: SlackMessage) {
  const root = findMessage(state, message.channel, message.thread_ts ?? "");
  if (!root) return undefined;
  return omit(nested(state, root), "blocks", "files", "is_locked");
}

/** A message inside another event. */
function nested(state: SlackState, message: SlackMessage) {
  const summary = threadSummary(state, message);
  return {
    ...omit(message, "channel", "app_id", "metadata", "reactions"),
    ...(summary && omit(summary, "reply_users")),
  };
}

/** The event for an edit, by a member or with chat.update. */
export function toChangedEvent(
  state: SlackState,
  channel: SlackChannel,
  change: { before: SlackMessage; after: SlackMessage; ts: string },
): SlackEvent {
  return {
    type: "message",
    subtype: "message_changed",
    hidden: true,
    message: nested(state, change.after),
    previous_message: nested(state, change.before),
    ts: change.ts,
    ...place(channel, change.ts),
  };
}

export function toDeletedEvent(
  state: SlackState,
  channel: SlackChannel,
  removal: { before: SlackMessage; ts: string },
): SlackEvent {
  return {
    type: "message",
    subtype: "message_deleted",
    hidden: true,
    deleted_ts: removal.before.ts,
    previous_message: nested(state, removal.before),
    ts: removal.ts,
    ...place(channel, removal.ts),
  };
}

/**
 * The event about a parent that got a reply: over the Events API its subtype `message_replied` is missing.
 * Source: docs.slack.dev/reference/events/message/message_replied.
 */
export function toRepliedEvent(
  state: SlackState,
  channel: SlackChannel,
  root: SlackMessage,
  ts: string,
): SlackEvent {
  const { type, user, bot_id, text, blocks, ts: rootTs, thread_ts } = structuredClone(root);
  const replies = threadOf(state, root.channel, root.ts).filter(isReply);
  const message = {
    type,
    user,
    bot_id,
    text,
    blocks,
    ts: rootTs,
    thread_ts,
    reply_count: replies.length,
    replies: replies.map((reply) => ({ user: reply.user, ts: reply.ts })),
  };
  return { type: "message", hidden: true, message, ts, ...place(channel, ts) };
}

/** Which subscription a channel's messages fall under. */
export function messageSubscription(channel: SlackChannel): string {
  const type = channelType(channel);
  return type === "im" ? "message.im" : `message.${type}s`;
}
