import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { section } from "../convert/to-slack/blocks.ts";
import { describeMedia } from "../convert/to-slack/describe-card.ts";
import { inertElements, inertText } from "../convert/to-slack/inert-rich-text.ts";
import type { ParleyMedia } from "../convert/to-slack/parley-message.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { FileTrouble } from "../errors.ts";
import { formatSize } from "../files/file-types.ts";

/** To the writer of a message whose files Parley's clients cannot show. `isAll`: nothing of it goes to the User. */
export function renderFilesNotSent(
  files: readonly { name: string; why: string }[],
  isAll: boolean,
): SlackMessage {
  const lines = files.map(
    ({ name, why }) => `• ${literalMrkdwn(shorten(name, 80))}: ${literalMrkdwn(shorten(why, 120))}`,
  );
  const rest = isAll ? "" : "\nThe rest of your message goes to the User.";
  const text = `:no_entry: *Not sent.* This does not reach the User:\n${shorten(lines.join("\n"), 2_000)}${rest}`;
  return { text, blocks: [section(text)] };
}

/** In the place of a User's file that could not be brought into Slack. Nothing in it can ping or hide a target. */
export function renderFileLine(
  media: ParleyMedia,
  given: { trouble: FileTrouble | undefined; size: number | undefined },
): SlackMessage {
  const size = given.size === undefined ? "" : `, ${formatSize(given.size)}`;
  const name = `${shorten(describeMedia(media), 300)}${size}`;
  const why = WHY[given.trouble ?? "refused"];
  const isSafe = given.trouble !== "program" && /^https:/i.test(media.url ?? "");
  const url = isSafe ? media.url : undefined;
  return {
    text: literalMrkdwn(`[file: ${name}] ${why}`),
    blocks: [
      {
        type: "rich_text",
        elements: [
          {
            type: "rich_text_section",
            elements: [
              { type: "emoji", name: "paperclip" },
              ...inertText(` ${name} `),
              ...inertText(why, { italic: true }),
              ...(url === undefined
                ? []
                : [...inertText(" "), ...inertElements([{ text: url, url }])]),
            ],
          },
        ],
      },
    ],
  };
}

const WHY: Readonly<Record<FileTrouble, string>> = {
  "not-ready": "(not available yet)",
  "login-page": "(could not be fetched)",
  "wrong-size": "(did not arrive whole)",
  "wrong-type": "(is not what it says, not shown)",
  "too-large": "(too large to be shown here)",
  empty: "(an empty file)",
  program: "(a program: not shared, because opening it could do harm)",
  gone: "(no longer there)",
  refused: "(could not be fetched)",
};
