import { defined } from "../../defined.ts";
import type { Lanes } from "../../delivery/lanes.ts";
import { type ItemId, makeDerivedItemId, toItemId } from "../../ids.ts";
import type { Desk } from "../desk-ports.ts";
import { channelLane } from "../inbox-lanes.ts";
import type { ChannelNotes, SeenChannel } from "../ports.ts";
import type { ChannelHint, InboxBody } from "../stored/inbox-body.ts";
import { isSameTrouble } from "./is-same-trouble.ts";

export interface ChannelWatchDependencies {
  desk: Pick<Desk, "teams">;
  inbox: Pick<Lanes<InboxBody>, "append">;
  channelNotes: ChannelNotes;
  now: () => number;
}

/** Has the channels of the teams looked at when something says that they have changed. On disk when resolved. */
export interface ChannelWatch {
  /** An event says so. `event` is the same for each delivery of it. False: it is none of a team. */
  onEvent(channel: string, event: string, hint: ChannelHint | undefined): Promise<boolean>;
  /** Slack has refused to let us write there. */
  onRefusal(channel: string): Promise<void>;
  /** This is how the channels are. Those that were told to be otherwise are looked at. */
  onCheck(found: readonly (SeenChannel & { readonly id: string })[]): Promise<void>;
}

/** What is seen again and again has a channel looked at only so often. */
const EVERY_MS = 60_000;

export function createChannelWatch({
  desk,
  inbox,
  channelNotes,
  now,
}: ChannelWatchDependencies): ChannelWatch {
  const isOfTeam = (channel: string) => desk.teams.some((team) => team.channel === channel);
  const look = (channel: string, because: string, hint?: ChannelHint) => {
    const from: ItemId = toItemId(channel);
    return inbox.append({
      lane: channelLane(channel),
      id: makeDerivedItemId(from, because),
      body: { kind: "channel", channel, ...(hint !== undefined && { hint }) },
    });
  };
  const bucket = () => Math.floor(now() / EVERY_MS);
  /** So that not every refused post asks the state. */
  const refused = new Map<string, number>();

  return {
    async onEvent(channel, event, hint) {
      if (!isOfTeam(channel)) return false;
      await look(channel, `event ${event}`, hint);
      return true;
    },
    async onRefusal(channel) {
      const at = bucket();
      if (!isOfTeam(channel) || refused.get(channel) === at) return;
      refused.set(channel, at);
      await look(channel, `refused ${at}`);
    },
    async onCheck(found) {
      for (const { id, name, trouble, isHidden } of found) {
        if (isHidden) continue;
        const note = await channelNotes.get(id);
        const isNews = !isSameTrouble(note?.trouble, trouble);
        const isRenamed = note !== undefined && name !== undefined && note.name !== name;
        if (isNews || isRenamed) await look(id, `found ${trouble ?? "fine"} ${bucket()}`);
        // There is nothing to tell: seen for the first time.
        else if (note === undefined) await channelNotes.set(id, defined({ name }));
      }
    },
  };
}
