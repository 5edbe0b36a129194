import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { escapeText, oneLine, shorten } from "../convert/text/slack-text.ts";
import { formatDuration } from "./format-duration.ts";
import { nameOf } from "./name-of.ts";
import { mention } from "./notice.ts";
import { describeReason } from "./reason.ts";
import type { UserDetails } from "./root-user.ts";
import type { Texts } from "./texts/en.ts";

/** Whose a conversation is, as seen by whoever looks: theirs, nobody's, or a colleague's. In this order they are listed. */
export const WHOSE = ["mine", "unclaimed", "others"] as const;
type Whose = (typeof WHOSE)[number];

export interface ConversationLine {
  readonly userId: string;
  readonly user: UserDetails;
  /** Missing while the root is on its way. */
  readonly link: string | undefined;
  /** Since when the User waits for an answer, ms since the epoch. */
  readonly waitingSince: number | undefined;
  readonly whose: Whose;
  /** The name of the team that has it. */
  readonly team: string;
  /** Slack id of who answers. */
  readonly claimedBy?: string;
  /** Why the User was handed over. */
  readonly reason?: string;
  /** What the User wants, in their words or the bot's. */
  readonly wish?: string;
  /** When the User wrote last, ms since the epoch. */
  readonly lastWroteAt?: number;
  /** Id of the channel, where there are several. */
  readonly channel?: string | undefined;
}

/** Theirs first, then nobody's, then those of colleagues; of each those who wait longest first. */
export function inOrder(lines: readonly ConversationLine[]): ConversationLine[] {
  const waiting = (line: ConversationLine) => line.waitingSince ?? Number.POSITIVE_INFINITY;
  const rank = ({ whose }: ConversationLine) => WHOSE.indexOf(whose);
  return lines.toSorted((a, b) => {
    const by = rank(a) - rank(b);
    // Those who were answered are equal: infinity less infinity is no number.
    return by !== 0 || waiting(a) === waiting(b) ? by : waiting(a) - waiting(b);
  });
}

const REASON_LIMIT = 80;
const WORDS_LIMIT = 160;

/** Who it is, how long they wait, and who answers. One line of Slack's mrkdwn. */
export function describeWaiting(line: ConversationLine, now: number, texts: Texts): string {
  const words = texts.conversations;
  const { link, whose, claimedBy, waitingSince, channel } = line;
  const name = literalMrkdwn(nameOf(line, texts));
  const state =
    waitingSince === undefined
      ? words.answered
      : words.waiting(formatDuration(now - waitingSince, texts));
  return [
    link ? `<${link}|${name}>` : name,
    texts.user(literalMrkdwn(line.userId)),
    state,
    whose === "others" && claimedBy ? words.others(mention(claimedBy)) : words[OWN[whose]],
    ...(channel === undefined ? [] : [`<#${escapeText(channel)}>`]),
  ].join(" · ");
}

const OWN = { mine: "mine", unclaimed: "unclaimed", others: "unclaimed" } as const;

/** What it is about: the reason, what the User wants, and when they wrote last. One line of Slack's mrkdwn; empty: nothing is known. */
export function describeMatter(line: ConversationLine, now: number, texts: Texts): string {
  const { reason, wish, lastWroteAt } = line;
  const short = (text: string, limit: number) => literalMrkdwn(shorten(oneLine(text), limit));
  return [
    ...(reason ? [short(describeReason(reason, texts), REASON_LIMIT)] : []),
    ...(wish ? [texts.serviceChoice.quoted(short(wish, WORDS_LIMIT))] : []),
    ...(lastWroteAt === undefined
      ? []
      : [texts.conversations.wrote(formatDuration(now - lastWroteAt, texts))]),
  ].join(" · ");
}

/** So much of them all together: Slack refuses a message with more, and escaping makes text longer. */
const TEXT_LIMIT = 11_000;

/** One line each, in order, as many as fit. Slack's mrkdwn. */
export function renderConversations(
  conversations: readonly ConversationLine[],
  now: number,
  limit: number,
  texts: Texts,
): string {
  const words = texts.conversations;
  if (conversations.length === 0) return words.none;
  const lines: string[] = [];
  let length = 0;
  for (const each of inOrder(conversations).slice(0, limit)) {
    const matter = describeMatter(each, now, texts);
    const line = `• ${describeWaiting(each, now, texts)}${matter && ` · ${matter}`}`;
    length += line.length;
    if (length > TEXT_LIMIT) break;
    lines.push(line);
  }
  const left = conversations.length - lines.length;
  return [...lines, ...(left > 0 ? [words.more(left)] : [])].join("\n");
}
