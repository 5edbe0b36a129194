import { randomUUID } from "node:crypto";
import { channelOfWriter, channelType } from "./channels.ts";
import type { Conversation } from "./conversation.ts";
import { directMessagesId } from "./direct-messages.ts";
import type { Events } from "./events.ts";
import { shareFiles } from "./file-sharing.ts";
import type { FileStore } from "./file-store.ts";
import type { DeliveryOutcome } from "./http-delivery.ts";
import { identity } from "./identity.ts";
import { findMessage, richText, threadOf } from "./messages.ts";
import { addReaction, removeReaction } from "./reaction-list.ts";
import { SlackError } from "./slack-error.ts";
import type { Block, Served, SlackChannel, SlackMessage, SlackState } from "./state.ts";
import { makeBlockId, type Workspace } from "./workspace.ts";

interface Posted {
  readonly ts: string;
  /** Settles once the delivery of the event has succeeded or is given up; never rejects. */
  readonly delivered: Promise<DeliveryOutcome>;
}

interface Place {
  readonly channel?: string;
  readonly ts: string;
}

/** What human members do. Without `channel` it happens in the fake's default channel. */
export interface Members {
  post(post: {
    readonly user: string;
    readonly channel?: string;
    readonly threadTs?: string;
    /** As on the wire: `&`, `<` and `>` escaped, mentions as `<@U…>`. */
    readonly text: string;
    /** Default: the `rich_text` block that Slack makes of what is typed. */
    readonly blocks?: readonly Block[];
    /** What was forwarded, or pasted into the composer. */
    readonly attachments?: readonly Record<string, unknown>[];
    readonly subtype?: "thread_broadcast" | "me_message";
    /** Only to place a message in the past; must be unique in its channel. */
    readonly ts?: string;
  }): Promise<Posted>;
  edit(
    edit: Place & {
      readonly user: string;
      readonly text: string;
      readonly blocks?: readonly Block[];
    },
  ): Promise<DeliveryOutcome>;
  /** `asAdmin`: also what others have written. */
  remove(
    removal: Place & { readonly user: string; readonly asAdmin?: boolean },
  ): Promise<DeliveryOutcome>;
  /** What the workspace's retention does to a whole thread; no event tells of it. */
  expireThread(place: Place): void;
  react(
    reaction: Place & { readonly user: string; readonly name: string },
  ): Promise<DeliveryOutcome>;
  unreact(
    reaction: Place & { readonly user: string; readonly name: string },
  ): Promise<DeliveryOutcome>;
  shareFile(share: {
    readonly user: string;
    readonly channel?: string;
    readonly threadTs?: string;
    readonly name: string;
    readonly mimetype: string;
    readonly bytes: Buffer;
    readonly text?: string;
    /** Slack works on it until {@link Members.finishFile}. */
    readonly pending?: boolean;
    /** What its address answers instead of the file. */
    readonly served?: Served;
  }): Promise<Posted & { readonly fileId: string }>;
  /** Slack is done with a file that was shared as pending. */
  finishFile(fileId: string): void;
  /** Puts a user into a channel; the bot hears of it, also of its own arrival. */
  joinChannel(joining: {
    readonly user: string;
    readonly channel?: string;
  }): Promise<DeliveryOutcome>;
  /** Takes a user out of a channel; the bot hears of it, also of its own removal, which is another event. */
  removeFromChannel(removal: {
    readonly user: string;
    readonly channel?: string;
  }): Promise<DeliveryOutcome>;
  openHome(opening: {
    readonly user: string;
    readonly tab?: "home" | "messages";
  }): Promise<DeliveryOutcome>;
}

/** Where a writer belongs, as messages tell it. */
function writersTeam(state: SlackState, user: string) {
  const { teamId } = state.users.get(user) ?? {};
  return teamId === undefined
    ? { team: identity.teamId }
    : { team: teamId, user_team: teamId, source_team: teamId };
}

export function createMembers(
  workspace: Workspace,
  parts: {
    conversation: Conversation;
    events: Events;
    files: FileStore;
    defaultChannel: string;
  },
): Members {
  const { state, timestamps, journal } = workspace;
  const { conversation, events, files, defaultChannel } = parts;

  const messageAt = ({ channel = defaultChannel, ts }: Place): SlackMessage => {
    const message = findMessage(state, channel, ts);
    if (!message) throw new SlackError("message_not_found");
    return message;
  };

  const own = (place: Place & { user: string }): SlackMessage => {
    const message = messageAt(place);
    if (message.user !== place.user) throw new SlackError("cant_update_message");
    return message;
  };

  const tellReaction = (
    type: "reaction_added" | "reaction_removed",
    message: SlackMessage,
    { user, name }: { user: string; name: string },
  ): Promise<DeliveryOutcome> => {
    journal.changed(type, message.ts);
    const channel = state.channels.get(message.channel);
    if (!channel) throw new SlackError("channel_not_found");
    const item = { type: "message", channel: message.channel, ts: message.ts };
    return conversation.tell(
      channel,
      {
        type,
        user,
        reaction: name,
        item,
        ...(message.user !== undefined && { item_user: message.user }),
        event_ts: timestamps.next(),
      },
      type,
    );
  };

  return {
    async post({
      user,
      channel = defaultChannel,
      threadTs,
      text,
      blocks,
      attachments,
      subtype,
      ts,
    }) {
      channelOfWriter(state, channel, user);
      if (ts !== undefined && findMessage(state, channel, ts)) throw new Error(`Taken: ${ts}`);
      const message: SlackMessage = {
        type: "message",
        channel,
        ts: ts ?? timestamps.next(),
        user,
        text,
        ...(subtype !== undefined && { subtype }),
        // As on the wire, /me messages are bare.
        ...(subtype !== "me_message" && {
          client_msg_id: randomUUID(),
          ...(subtype === undefined && writersTeam(state, user)),
          blocks: [...(blocks ?? [richText(text, makeBlockId())])],
        }),
        ...(attachments && { attachments: [...attachments] }),
        ...conversation.inThread(channel, threadTs),
      };
      if (subtype === "thread_broadcast") delete message.parent_user_id;
      return { ts: message.ts, delivered: conversation.add(message) };
    },
    async edit(edit) {
      const message = own(edit);
      return conversation.change(message, {
        text: edit.text,
        blocks: [...(edit.blocks ?? [richText(edit.text, makeBlockId())])],
        edited: { user: edit.user, ts: timestamps.next() },
      });
    },
    remove: async (removal) =>
      conversation.remove(removal.asAdmin ? messageAt(removal) : own(removal)),
    expireThread({ channel = defaultChannel, ts }) {
      for (const message of threadOf(state, channel, ts)) {
        state.messages.splice(state.messages.indexOf(message), 1);
        journal.changed("message-removed", message.ts);
      }
    },
    async react(reaction) {
      const message = messageAt(reaction);
      addReaction(state, message, reaction.name, reaction.user);
      return tellReaction("reaction_added", message, reaction);
    },
    async unreact(reaction) {
      const message = messageAt(reaction);
      removeReaction(message, reaction.name, reaction.user);
      return tellReaction("reaction_removed", message, reaction);
    },
    async shareFile({
      user,
      channel = defaultChannel,
      threadTs,
      name,
      mimetype,
      bytes,
      text = "",
      pending = false,
      served,
    }) {
      const place = channelOfWriter(state, channel, user);
      const file = files.create({ name, mimetype, user, bytes, size: bytes.length });
      Object.assign(file, { pending }, served && { served });
      file.object.is_public = channelType(place) === "channel";
      const thread = conversation.inThread(channel, threadTs);
      const blocks = text === "" ? undefined : [richText(text, makeBlockId())];
      const share = { files: [file], channel, user, text, blocks, thread };
      return { fileId: file.object.id, ...shareFiles(workspace, conversation, share) };
    },
    finishFile(fileId) {
      const file = files.find(fileId);
      delete file.pending;
      journal.changed("file-finished", fileId);
    },
    async joinChannel({ user, channel: id = defaultChannel }) {
      const channel = channelOf(id);
      channel.members.add(user);
      journal.changed("channel-joined", id);
      const event = { ...membership(channel, user), type: "member_joined_channel" };
      return conversation.tell(channel, event, event.type);
    },
    async removeFromChannel({ user, channel: id = defaultChannel }) {
      const channel = channelOf(id);
      // Who was removed hears no more of the channel's members. Source: node-slack-sdk issue 931.
      const event =
        user === identity.botUserId
          ? {
              type: channel.isPrivate ? "group_left" : "channel_left",
              channel: id,
              actor_id: user,
              event_ts: timestamps.next(),
            }
          : { ...membership(channel, user), type: "member_left_channel" };
      const told = conversation.tell(channel, event, event.type);
      channel.members.delete(user);
      journal.changed("channel-left", id);
      return told;
    },
    async openHome({ user, tab = "home" }) {
      const view = state.homes.get(user);
      return events.emit(
        {
          type: "app_home_opened",
          user,
          channel: directMessagesId(user),
          tab,
          event_ts: timestamps.next(),
          ...(tab === "home" && view && { view: { ...view } }),
        },
        "app_home_opened",
      );
    },
  };

  function membership(channel: SlackChannel, user: string) {
    return {
      user,
      channel: channel.id,
      channel_type: channel.isPrivate ? "G" : "C",
      team: identity.teamId,
      event_ts: timestamps.next(),
    };
  }

  function channelOf(id: string): SlackChannel {
    const channel = state.channels.get(id);
    if (!channel) throw new SlackError("channel_not_found");
    return channel;
  }
}
