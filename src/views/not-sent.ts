import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { shorten } from "../convert/text/slack-text.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { MAX_FILE_BYTES } from "../files/file-types.ts";
import type { NotShown } from "../files/not-shown.ts";
import { formatSize } from "./format-size.ts";
import { describeLostPart } from "./lost-part.ts";
import { notice } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

type NotShownFile = NotShown & { readonly name: string };

/** To the writer of a message whose files Parley's clients cannot show. `isAll`: nothing of it goes to the User. */
export const renderFilesNotSent = (
  files: readonly NotShownFile[],
  isAll: boolean,
  texts: Texts,
): SlackMessage =>
  notice(
    [
      `:no_entry: ${texts.notSent.files}`,
      listed(
        files.map(
          (file) => `${literalMrkdwn(shorten(file.name, 80))}: ${literalMrkdwn(why(file, texts))}`,
        ),
      ),
      ...(isAll ? [] : [texts.notSent.restGoes]),
    ].join("\n"),
  );

function why(file: NotShown, texts: Texts): string {
  const { whyNotShown } = texts;
  switch (file.why) {
    case "type":
      return whyNotShown.type(shorten(file.mimeType, 75));
    case "size":
      return whyNotShown.size(formatSize(file.size, texts), formatSize(MAX_FILE_BYTES, texts));
    default:
      return whyNotShown[file.why];
  }
}

/**
 * To the writer of a message with parts that only Slack can show, by Slack's names of their kinds. `isAll`: nothing of it
 * goes to the User.
 */
export const renderPartsNotSent = (
  parts: readonly string[],
  isAll: boolean,
  texts: Texts,
): SlackMessage =>
  notice(
    [
      `:no_entry: ${texts.notSent.parts}`,
      listed(parts.map((part) => literalMrkdwn(describeLostPart(part, texts)))),
      ...(isAll ? [] : [texts.notSent.restGoes]),
      texts.notSent.otherWay,
    ].join("\n"),
  );

const listed = (lines: readonly string[]): string =>
  shorten(lines.map((line) => `• ${line}`).join("\n"), 2_000);
