import { z } from "zod";
import type { ChannelNote } from "../ports.ts";
import { optional, record, text } from "./fields.ts";

export const CHANNEL_TROUBLES = ["archived", "deleted", "removed", "unseen", "shared"] as const;

/** What is known of a channel, and was told. */
export const channelNoteSchema = record<ChannelNote>({
  name: optional(text),
  trouble: optional(z.enum(CHANNEL_TROUBLES)),
});

/** The id that a channel had before, under its new one. */
export const formerIdSchema = record<{ readonly was: string }>({ was: text });
