import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { escapeText } from "../convert/text/slack-text.ts";
import { formatDuration } from "./format-duration.ts";
import { nameOf } from "./name-of.ts";
import type { UserDetails } from "./root-user.ts";
import type { Texts } from "./texts/en.ts";

export interface ConversationLine {
  userId: string;
  user: UserDetails;
  /** Missing while the root is on its way. */
  link: string | undefined;
  /** Since when the User waits for an answer, ms since the epoch. */
  waitingSince: number | undefined;
  /** Id of the channel, where there are several. */
  channel?: string | undefined;
}

/** One line each, those who wait longest first. Slack's mrkdwn. */
export function renderConversations(
  conversations: readonly ConversationLine[],
  now: number,
  limit: number,
  texts: Texts,
): string {
  const words = texts.conversations;
  if (conversations.length === 0) return words.none;
  const waiting = (line: ConversationLine) => line.waitingSince ?? Number.POSITIVE_INFINITY;
  const sorted = conversations.toSorted((a, b) => waiting(a) - waiting(b));
  const lines = sorted.slice(0, limit).map((line) => {
    const name = literalMrkdwn(nameOf(line, texts));
    const who = line.link ? `<${line.link}|${name}>` : name;
    const state =
      line.waitingSince === undefined
        ? words.answered
        : words.waiting(formatDuration(now - line.waitingSince, texts));
    const where = line.channel === undefined ? "" : ` · <#${escapeText(line.channel)}>`;
    return `• ${who} · ${texts.user(literalMrkdwn(line.userId))} · ${state}${where}`;
  });
  const left = conversations.length - lines.length;
  return [...lines, ...(left > 0 ? [words.more(left)] : [])].join("\n");
}
