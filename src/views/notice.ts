import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { context, section } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";

/** What the bridge says in a thread, as a message. Slack's mrkdwn; foreign names are escaped before. */
export const notice = (text: string): SlackMessage => ({ text, blocks: [section(text)] });

/** The same as a small line in grey. */
export const quiet = (text: string): SlackMessage => ({ text, blocks: [context(text)] });

/** A foreign name, in bold on one line. */
export const bold = (name: string): string =>
  `*${literalMrkdwn(shorten(name.replaceAll(/\s+/g, " "), 80))}*`;

/** Why something failed, for the middle of a sentence. */
export const causeText = (cause: string): string => literalMrkdwn(shorten(cause, 300));

/** A Slack member, by id. */
export const mention = (agent: string): string => `<@${agent}>`;

/** Each line of what somebody typed, as a quote: none of it can pass for a line of the bridge. */
export const quoted = (text: string): string =>
  `>${literalMrkdwn(shorten(text, 2_500)).replaceAll("\n", "\n>")}`;
