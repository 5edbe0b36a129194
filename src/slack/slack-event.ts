import type { SlackEvent as AnyEvent } from "@slack/types";
import { z } from "zod";
import {
  type ChannelEvent,
  type ChannelIdEvent,
  parseChannelEvent,
  parseChannelIdEvent,
} from "./parse-channel-event.ts";
import { type MessageEvent, parseMessageEvent } from "./parse-message-event.ts";
import { type NoteReaction, parseNoteReaction } from "./parse-note-reaction.ts";

/** What somebody did in Slack that must not be lost. `other`: it does not concern us. */
export type SlackEvent =
  | MessageEvent
  | NoteReaction
  | ChannelEvent
  | ChannelIdEvent
  | { kind: "other" };

type Body = Readonly<Record<string, unknown>>;
type Parser = (body: Body, team: string) => SlackEvent;

/**
 * The types of events that are stored before they are acknowledged, and what reads each. Whatever else the app's manifest
 * subscribes to has a listener in `listeners/listener-tables.ts`, and may be lost.
 */
export const STORED_EVENTS = {
  message: parseMessageEvent,
  reaction_added: parseNoteReaction,
  channel_archive: parseChannelEvent,
  channel_deleted: parseChannelEvent,
  channel_id_changed: parseChannelIdEvent,
  channel_left: parseChannelEvent,
  channel_rename: parseChannelEvent,
  channel_shared: parseChannelEvent,
  channel_unarchive: parseChannelEvent,
  channel_unshared: parseChannelEvent,
  group_archive: parseChannelEvent,
  group_deleted: parseChannelEvent,
  group_left: parseChannelEvent,
  group_rename: parseChannelEvent,
  group_unarchive: parseChannelEvent,
  member_joined_channel: parseChannelEvent,
  member_left_channel: parseChannelEvent,
} as const satisfies { readonly [Type in AnyEvent["type"]]?: Parser };

const eventCallback = z.looseObject({
  type: z.literal("event_callback"),
  event: z.looseObject({
    type: z.enum(Object.keys(STORED_EVENTS) as (keyof typeof STORED_EVENTS)[]),
  }),
});

/** What a request of Slack tells that must be stored; `undefined`: it is no such event. `team`: our workspace. */
export function parseSlackEvent(body: Body, team: string): SlackEvent | undefined {
  const parsed = eventCallback.safeParse(body);
  return parsed.success ? STORED_EVENTS[parsed.data.event.type](body, team) : undefined;
}
