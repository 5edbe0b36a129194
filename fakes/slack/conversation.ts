import type { Events, SlackEvent } from "./events.ts";
import type { DeliveryOutcome } from "./http-delivery.ts";
import { identity } from "./identity.ts";
import {
  messageSubscription,
  toChangedEvent,
  toDeletedEvent,
  toMessageEvent,
  toRepliedEvent,
} from "./message-events.ts";
import { findMessage, insertMessage, isReply, threadSummary } from "./messages.ts";
import { SlackError } from "./slack-error.ts";
import type { SlackChannel, SlackMessage } from "./state.ts";
import type { Workspace } from "./workspace.ts";

/** Changes to a channel's messages, whoever makes them; each also sends its event to the app if it is a member. */
export interface Conversation {
  add(message: SlackMessage): Promise<DeliveryOutcome>;
  /** Changes a message in place; empty `blocks` remove them. */
  change(message: SlackMessage, update: Partial<SlackMessage>): Promise<DeliveryOutcome>;
  /** Removes a message; the root of a thread leaves a tombstone, as in Slack. */
  remove(message: SlackMessage): Promise<DeliveryOutcome>;
  /** Sends an event about a channel, if the app is in it. */
  tell(channel: SlackChannel, event: SlackEvent, subscription: string): Promise<DeliveryOutcome>;
  /**
   * The keys that put a message into a thread, for the Web API; none if there is no such thread: as in Slack it then
   * goes into the open channel.
   * @throws {SlackError} `cannot_reply_to_message` if that message is a reply itself
   */
  inThread(channel: string, threadTs: string | undefined): Partial<SlackMessage>;
}

export function createConversation(
  { state, journal, timestamps }: Workspace,
  events: Events,
): Conversation {
  const channelOf = (id: string): SlackChannel => {
    const channel = state.channels.get(id);
    if (!channel) throw new SlackError("channel_not_found");
    return channel;
  };

  const tell = (
    channel: SlackChannel,
    event: SlackEvent,
    subscription: string,
  ): Promise<DeliveryOutcome> =>
    channel.members.has(identity.botUserId)
      ? events.emit(event, subscription)
      : Promise.resolve({ status: "dropped", attempts: 0 });

  const tellMessage = (channel: SlackChannel, event: SlackEvent): Promise<DeliveryOutcome> =>
    tell(channel, event, messageSubscription(channel));

  return {
    tell,
    add(message) {
      const channel = channelOf(message.channel);
      insertMessage(state, message);
      journal.changed("message-added", message.ts);
      const outcome = tellMessage(channel, toMessageEvent(state, channel, message));
      const root = isReply(message) && findMessage(state, channel.id, message.thread_ts ?? "");
      if (root && state.quirks.messageReplied) {
        void tellMessage(channel, toRepliedEvent(state, channel, root, timestamps.next()));
      }
      return outcome;
    },
    change(message, update) {
      const channel = channelOf(message.channel);
      const before = structuredClone(message);
      Object.assign(message, update);
      if (message.blocks?.length === 0) delete message.blocks;
      journal.changed("message-changed", message.ts);
      const change = { before, after: message, ts: timestamps.next() };
      return tellMessage(channel, toChangedEvent(state, channel, change));
    },
    remove(message) {
      const channel = channelOf(message.channel);
      const before = structuredClone(message);
      const ts = timestamps.next();
      if (threadSummary(state, message)) {
        const tombstone: SlackMessage = {
          type: "message",
          subtype: "tombstone",
          channel: message.channel,
          ts: message.ts,
          thread_ts: message.ts,
          user: "USLACKBOT",
          text: "This message was deleted.",
          hidden: true,
        };
        state.messages.splice(state.messages.indexOf(message), 1, tombstone);
        journal.changed("message-removed", message.ts);
        const change = { before, after: tombstone, ts };
        return tellMessage(channel, toChangedEvent(state, channel, change));
      }
      const event = toDeletedEvent(state, channel, { before, ts });
      state.messages.splice(state.messages.indexOf(message), 1);
      journal.changed("message-removed", message.ts);
      return tellMessage(channel, event);
    },
    inThread(channel, threadTs) {
      if (threadTs === undefined) return {};
      const root = findMessage(state, channel, threadTs);
      if (!root) return {};
      // Replies to replies do not exist: the timestamp must be that of the root.
      if (isReply(root)) throw new SlackError("cannot_reply_to_message");
      return { thread_ts: threadTs, ...(root.user !== undefined && { parent_user_id: root.user }) };
    },
  };
}
