import { z } from "zod";
import type { ChannelHint } from "../bridge/stored/inbox-body.ts";
import { defined } from "../defined.ts";

/** Something has happened to a channel as a whole. */
export interface ChannelEvent {
  kind: "channel";
  channel: string;
  /** The same for each delivery of it, and another for each time that it happens. */
  event: string;
  hint?: ChannelHint;
  /** It has happened to this member of the channel, who need not be us. */
  member?: string;
}

/** A channel has another id from now on. */
export interface ChannelIdEvent {
  kind: "channel-id";
  from: string;
  to: string;
  event: string;
}

/**
 * What each event says about a channel; those that say nothing have Slack asked. That the bot has been put out of a channel is told
 * by `channel_left` and `group_left`: it is none of the members any more that are told of it.
 */
const HINTS = {
  channel_archive: "archived",
  channel_deleted: "deleted",
  channel_left: "removed",
  channel_rename: undefined,
  channel_shared: "shared",
  channel_unarchive: "fine",
  channel_unshared: undefined,
  group_archive: "archived",
  group_deleted: "deleted",
  group_left: "removed",
  group_rename: undefined,
  group_unarchive: "fine",
  member_joined_channel: "fine",
  member_left_channel: "removed",
} as const satisfies Readonly<Record<string, ChannelHint | undefined>>;

const channelEvent = z.looseObject({
  event_id: z.string().optional(),
  event: z.looseObject({
    type: z.enum(Object.keys(HINTS) as (keyof typeof HINTS)[]),
    channel: z.union([z.string(), z.looseObject({ id: z.string() })]),
    user: z.string().optional(),
    event_ts: z.string().optional(),
  }),
});

const idEvent = z.looseObject({
  event_id: z.string().optional(),
  event: z.looseObject({
    type: z.literal("channel_id_changed"),
    old_channel_id: z.string(),
    new_channel_id: z.string(),
    event_ts: z.string().optional(),
  }),
});

type Body = Readonly<Record<string, unknown>>;

export function parseChannelEvent(body: Body): ChannelEvent | { kind: "other" } {
  const parsed = channelEvent.safeParse(body);
  if (!parsed.success) return { kind: "other" };
  const { event, event_id: id } = parsed.data;
  const { type, channel, user } = event;
  return {
    kind: "channel",
    channel: typeof channel === "string" ? channel : channel.id,
    event: `${type} ${id ?? event.event_ts ?? ""}`,
    ...defined({
      hint: HINTS[type],
      member: type.startsWith("member_") ? (user ?? "") : undefined,
    }),
  };
}

export function parseChannelIdEvent(body: Body): ChannelIdEvent | { kind: "other" } {
  const parsed = idEvent.safeParse(body);
  if (!parsed.success) return { kind: "other" };
  const { event, event_id: id } = parsed.data;
  const { old_channel_id: from, new_channel_id: to, type } = event;
  return { kind: "channel-id", from, to, event: `${type} ${id ?? event.event_ts ?? ""}` };
}
