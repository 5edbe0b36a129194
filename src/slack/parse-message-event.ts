import { z } from "zod";
import type { AgentReply } from "../bridge/events.ts";
import type { Thread } from "../ids.ts";

/** A file has a subtype, and so has "also send to channel": dropping every subtype would lose both. */
const RELAYED_SUBTYPES = new Set([undefined, "file_share", "thread_broadcast", "me_message"]);

const message = z.looseObject({
  type: z.literal("message"),
  subtype: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().nullish(),
  text: z.string().nullish(),
  ts: z.string(),
  thread_ts: z.string().optional(),
  parent_user_id: z.string().optional(),
  hidden: z.boolean().optional(),
  /** Slack forgets the subtype of `message_replied`: a parent's update then looks like a message. */
  message: z.unknown().optional(),
  blocks: z.array(z.json()).optional(),
  files: z.array(z.json()).optional(),
});

const eventCallback = z.looseObject({
  type: z.literal("event_callback"),
  event: message.extend({ channel: z.string() }),
});

export interface ThreadReply {
  readonly reply: AgentReply;
  /** Who wrote the root, where Slack tells. */
  readonly rootAuthor: string | undefined;
}

/** Whether Slack sent a message event at all; everything else goes on to the listeners. */
export const isMessageEvent = (body: Readonly<Record<string, unknown>>): boolean =>
  body.type === "event_callback" &&
  typeof body.event === "object" &&
  body.event !== null &&
  (body.event as { type?: unknown }).type === "message";

/**
 * What a person wrote in a thread. `undefined` for everything else: our own posts, other bots, edits, deletions, joins,
 * link previews, messages outside of threads.
 */
export function parseMessageEvent(
  body: Readonly<Record<string, unknown>>,
  team: string,
): ThreadReply | undefined {
  const parsed = eventCallback.safeParse(body);
  if (!parsed.success) return undefined;
  const { event } = parsed.data;
  const reply = toReply(event, team, event.channel);
  return reply && { reply, rootAuthor: event.parent_user_id };
}

/** The same for a message that was read from a thread. */
export function parseThreadMessage(
  read: unknown,
  thread: Pick<Thread, "team" | "channel">,
): AgentReply | undefined {
  const parsed = message.safeParse(read);
  return parsed.success ? toReply(parsed.data, thread.team, thread.channel) : undefined;
}

function toReply(
  written: z.infer<typeof message>,
  team: string,
  channel: string,
): AgentReply | undefined {
  const { user, ts, thread_ts, text, blocks, files } = written;
  if (!RELAYED_SUBTYPES.has(written.subtype)) return undefined;
  if (written.hidden || written.message !== undefined) return undefined;
  if (written.bot_id || !user || !thread_ts || thread_ts === ts) return undefined;
  return {
    thread: { team, channel, ts: thread_ts },
    ts,
    agent: user,
    text: text ?? "",
    ...(blocks && { blocks }),
    ...(files && { files }),
  };
}
