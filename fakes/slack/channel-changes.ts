import type { Conversation } from "./conversation.ts";
import type { SlackEvent } from "./events.ts";
import type { DeliveryOutcome } from "./http-delivery.ts";
import { identity } from "./identity.ts";
import { SlackError } from "./slack-error.ts";
import type { SlackChannel } from "./state.ts";
import type { Workspace } from "./workspace.ts";

interface At {
  /** Default: the fake's default channel. */
  readonly channel?: string;
}

/** What people and administrators do to a channel as a whole. Each tells the app what Slack tells it. */
export interface ChannelChanges {
  archive(change: At & { readonly user: string }): Promise<DeliveryOutcome>;
  unarchive(change: At & { readonly user: string }): Promise<DeliveryOutcome>;
  /** Its messages are gone, too. */
  deleteChannel(change: At & { readonly user: string }): Promise<DeliveryOutcome>;
  rename(change: At & { readonly name: string }): Promise<DeliveryOutcome>;
  /** The id stays. Slack tells of it in a message of the channel. */
  makePrivate(change: At & { readonly user: string }): Promise<DeliveryOutcome>;
  /** As happens to a private channel that is shared with another company. Its messages keep their `ts`. */
  changeId(change: At & { readonly to: string }): Promise<DeliveryOutcome>;
  /** Another company gets in, or is invited (`pending`), or another workspace of our own organisation (`org`). */
  shareChannel(change: At & { readonly as?: "ext" | "pending" | "org" }): Promise<DeliveryOutcome>;
  unshareChannel(change: At): Promise<DeliveryOutcome>;
}

export function createChannelChanges(
  { state, journal, timestamps }: Workspace,
  { conversation, defaultChannel }: { conversation: Conversation; defaultChannel: string },
): ChannelChanges {
  function channelOf({ channel: id = defaultChannel }: At): SlackChannel {
    const channel = state.channels.get(id);
    if (!channel) throw new SlackError("channel_not_found");
    return channel;
  }

  /** Public channels and private ones have events of their own. */
  const familyOf = ({ isPrivate }: SlackChannel) => (isPrivate ? "group" : "channel");

  const tell = (channel: SlackChannel, event: SlackEvent): Promise<DeliveryOutcome> =>
    conversation.tell(channel, { ...event, event_ts: timestamps.next() }, event.type);

  function forget(id: string): void {
    state.channels.delete(id);
    for (const message of state.messages.filter(({ channel }) => channel === id)) {
      state.messages.splice(state.messages.indexOf(message), 1);
    }
  }

  return {
    async archive({ user, ...at }) {
      const channel = channelOf(at);
      channel.isArchived = true;
      journal.changed("channel-archived", channel.id);
      const type = `${familyOf(channel)}_archive`;
      return tell(channel, { type, channel: channel.id, user, is_moved: 0 });
    },
    async unarchive({ user, ...at }) {
      const channel = channelOf(at);
      channel.isArchived = false;
      journal.changed("channel-unarchived", channel.id);
      return tell(channel, { type: `${familyOf(channel)}_unarchive`, channel: channel.id, user });
    },
    async deleteChannel({ user, ...at }) {
      const channel = channelOf(at);
      const type = `${familyOf(channel)}_deleted`;
      const event = { type, channel: channel.id, actor_id: user };
      forget(channel.id);
      journal.changed("channel-deleted", channel.id);
      return tell(channel, event);
    },
    async rename({ name, ...at }) {
      const channel = channelOf(at);
      channel.name = name;
      journal.changed("channel-renamed", channel.id);
      const { id, created, isPrivate } = channel;
      return tell(channel, {
        type: `${familyOf(channel)}_rename`,
        channel: {
          id,
          name,
          name_normalized: name,
          created,
          is_channel: !isPrivate,
          is_mpim: false,
        },
      });
    },
    async makePrivate({ user, ...at }) {
      const channel = channelOf(at);
      channel.isPrivate = true;
      journal.changed("channel-private", channel.id);
      return conversation.add({
        type: "message",
        subtype: "channel_convert_to_private",
        channel: channel.id,
        ts: timestamps.next(),
        user,
        text: "made this channel *private*. Now, it can only be viewed or joined by invitation.",
      });
    },
    async changeId({ to, ...at }) {
      const channel = channelOf(at);
      const { id: from } = channel;
      state.channels.delete(from);
      channel.id = to;
      state.channels.set(to, channel);
      for (const message of state.messages) if (message.channel === from) message.channel = to;
      for (const { shares } of state.files.values()) {
        for (const share of shares) if (share.channel === from) share.channel = to;
      }
      journal.changed("channel-id", to);
      const event = { type: "channel_id_changed", old_channel_id: from, new_channel_id: to };
      return tell(channel, event);
    },
    async shareChannel({ as = "ext", ...at }) {
      const channel = channelOf(at);
      channel.isShared = as === "ext";
      channel.isPendingShared = as === "pending";
      channel.isOrgShared = as === "org";
      journal.changed("channel-shared", channel.id);
      const event = { channel: channel.id, connected_team_id: identity.partnerTeamId };
      return tell(channel, { type: "channel_shared", ...event });
    },
    async unshareChannel(at) {
      const channel = channelOf(at);
      Object.assign(channel, { isShared: false, isPendingShared: false, isOrgShared: false });
      journal.changed("channel-unshared", channel.id);
      const event = { channel: channel.id, previously_connected_team_id: identity.partnerTeamId };
      return tell(channel, { type: "channel_unshared", ...event, is_ext_shared: false });
    },
  };
}
