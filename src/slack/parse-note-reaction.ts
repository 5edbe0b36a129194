import { z } from "zod";
import { NOTE_REACTION } from "./reaction-names.ts";

const reactionAdded = z.looseObject({
  type: z.literal("event_callback"),
  event: z.looseObject({
    type: z.literal("reaction_added"),
    reaction: z.literal(NOTE_REACTION),
    user: z.string(),
    item: z.looseObject({ type: z.literal("message"), channel: z.string(), ts: z.string() }),
  }),
});

/** Somebody has put a lock on a message. */
export interface NoteReaction {
  kind: "lock";
  /** Slack id. */
  agent: string;
  channel: string;
  /** Of the message. */
  ts: string;
}

/** What a reaction says about the message that it stands on. `other`: it is not a lock. */
export function parseNoteReaction(
  body: Readonly<Record<string, unknown>>,
): NoteReaction | { kind: "other" } {
  const parsed = reactionAdded.safeParse(body);
  if (!parsed.success) return { kind: "other" };
  const { user, item } = parsed.data.event;
  return { kind: "lock", agent: user, channel: item.channel, ts: item.ts };
}
