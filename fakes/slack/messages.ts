import { omit } from "./omit.ts";
import type { Block, SlackMessage, SlackState } from "./state.ts";
import { compareTs } from "./timestamps.ts";

/** What Slack shows on the root of a thread about its replies. */
export interface ThreadSummary {
  thread_ts: string;
  reply_count: number;
  reply_users_count: number;
  latest_reply: string;
  reply_users: string[];
  is_locked: boolean;
  subscribed: boolean;
}

export function findMessage(
  state: SlackState,
  channel: string,
  ts: string,
): SlackMessage | undefined {
  return state.messages.find((message) => message.channel === channel && message.ts === ts);
}

/** The root and its replies, oldest first; only the message itself if it is no root. */
export function threadOf(state: SlackState, channel: string, rootTs: string): SlackMessage[] {
  return state.messages
    .filter(
      (message) =>
        message.channel === channel && (message.ts === rootTs || message.thread_ts === rootTs),
    )
    .sort((a, b) => compareTs(a.ts, b.ts));
}

export function isReply(message: SlackMessage): boolean {
  return message.thread_ts !== undefined && message.thread_ts !== message.ts;
}

/** The summary for a root with replies, nothing for other messages. */
export function threadSummary(state: SlackState, message: SlackMessage): ThreadSummary | undefined {
  if (isReply(message)) return undefined;
  const replies = threadOf(state, message.channel, message.ts).filter(isReply);
  const latest = replies.at(-1);
  if (!latest) return undefined;
  const users = [...new Set(replies.map((reply) => reply.user ?? reply.bot_id ?? ""))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    latest_reply: latest.ts,
    reply_users: users.slice(0, 5),
    is_locked: false,
    subscribed: false,
  };
}

/** A message as the Web API shows it: without `channel`, metadata reduced to its type unless asked for. */
export function toWireMessage(
  state: SlackState,
  message: SlackMessage,
  options: { readonly withMetadata: boolean } = { withMetadata: true },
) {
  const { metadata } = message;
  return {
    ...omit(message, "channel", "metadata"),
    ...threadSummary(state, message),
    ...(metadata && {
      metadata: options.withMetadata ? metadata : { event_type: metadata.event_type },
    }),
  };
}

/** Inserts by time, so that a message given an old `ts` lands where Slack would show it. */
export function insertMessage(state: SlackState, message: SlackMessage): void {
  const index = state.messages.findLastIndex(({ ts }) => compareTs(ts, message.ts) <= 0);
  state.messages.splice(index + 1, 0, message);
}

/** Text in messages is escaped on the wire, text inside rich_text is not. */
function unescapeText(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** The `rich_text` block that Slack makes of what a member types; mentions and links are left as text. */
export function richText(text: string, blockId: string): Block {
  return {
    type: "rich_text",
    block_id: blockId,
    elements: [
      { type: "rich_text_section", elements: [{ type: "text", text: unescapeText(text) }] },
    ],
  };
}
