import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { shorten } from "../convert/text/slack-text.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { notice } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** To the writer of a message whose files Parley's clients cannot show. `isAll`: nothing of it goes to the User. */
export const renderFilesNotSent = (
  files: readonly { name: string; why: string }[],
  isAll: boolean,
  { notSent }: Texts,
): SlackMessage =>
  notice(
    [
      `:no_entry: ${notSent.files}`,
      listed(files.map(({ name, why }) => `${literal(name, 80)}: ${literal(why, 120)}`)),
      ...(isAll ? [] : [notSent.restGoes]),
    ].join("\n"),
  );

/** To the writer of a message with parts that only Slack can show. `isAll`: nothing of it goes to the User. */
export const renderPartsNotSent = (
  parts: readonly string[],
  isAll: boolean,
  { notSent }: Texts,
): SlackMessage =>
  notice(
    [
      `:no_entry: ${notSent.parts}`,
      listed(parts.map((part) => literal(part, 120))),
      ...(isAll ? [] : [notSent.restGoes]),
      notSent.otherWay,
    ].join("\n"),
  );

const literal = (text: string, limit: number): string => literalMrkdwn(shorten(text, limit));

const listed = (lines: readonly string[]): string =>
  shorten(lines.map((line) => `• ${line}`).join("\n"), 2_000);
