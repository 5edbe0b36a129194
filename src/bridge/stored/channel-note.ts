import { z } from "zod";
import type { ChannelNote, SeenChannel } from "../ports.ts";
import { flag, optional, record, text } from "./fields.ts";

const CHANNEL_TROUBLES = ["archived", "deleted", "removed", "unseen", "shared"] as const;

/** What is known of a channel, and was told. */
export const channelNoteSchema = record<ChannelNote>({
  name: optional(text),
  trouble: optional(z.enum(CHANNEL_TROUBLES)),
});

/** The same, as it was seen. */
export const seenChannelSchema = record<SeenChannel>({
  name: optional(text),
  trouble: optional(z.enum(CHANNEL_TROUBLES)),
  isHidden: optional(flag),
});

/** The id that a channel had before, under its new one. */
export const formerIdSchema = record<{ readonly was: string }>({ was: text });
