import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import type { UserDetails } from "../convert/to-slack/parley-message.ts";
import { formatDuration } from "./format-duration.ts";
import { nameOf } from "./root.ts";

export interface ConversationLine {
  userId: string;
  user: UserDetails;
  /** Missing while the root is on its way. */
  link: string | undefined;
  /** Since when the User waits for an answer, ms since the epoch. */
  waitingSince: number | undefined;
}

/** One line each, those who wait longest first. Slack's mrkdwn. */
export function renderConversations(
  conversations: readonly ConversationLine[],
  now: number,
  limit: number,
): string {
  if (conversations.length === 0) return "No open conversations.";
  const waiting = (line: ConversationLine) => line.waitingSince ?? Number.POSITIVE_INFINITY;
  const sorted = conversations.toSorted((a, b) => waiting(a) - waiting(b));
  const lines = sorted.slice(0, limit).map((line) => {
    const name = literalMrkdwn(nameOf(line));
    const who = line.link ? `<${line.link}|${name}>` : name;
    const state =
      line.waitingSince === undefined
        ? "answered"
        : `*waiting ${formatDuration(now - line.waitingSince)}*`;
    return `• ${who} · User ${literalMrkdwn(line.userId)} · ${state}`;
  });
  const left = conversations.length - lines.length;
  return [...lines, ...(left > 0 ? [`… and ${left} more`] : [])].join("\n");
}
