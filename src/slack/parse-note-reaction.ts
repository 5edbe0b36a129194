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

/** The message on which somebody has put a lock; `undefined`: the event is another one. */
export function parseNoteReaction(
  body: Readonly<Record<string, unknown>>,
): { user: string; channel: string; ts: string } | undefined {
  const parsed = reactionAdded.safeParse(body);
  if (!parsed.success) return undefined;
  const { user, item } = parsed.data.event;
  return { user, channel: item.channel, ts: item.ts };
}
