import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { describeMedia } from "../convert/to-slack/describe-card.ts";
import { inertElements, inertText } from "../convert/to-slack/inert-rich-text.ts";
import type { ParleyMedia } from "../convert/to-slack/parley-message.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { FileTrouble } from "../errors.ts";
import { formatSize } from "./format-size.ts";
import type { Texts } from "./texts/en.ts";

/** In the place of a User's file that could not be brought into Slack. Nothing in it can ping or hide a target. */
export function renderFileLine(
  media: ParleyMedia,
  given: { trouble: FileTrouble | undefined; size: number | undefined },
  texts: Texts,
): SlackMessage {
  const size = given.size === undefined ? "" : `, ${formatSize(given.size, texts)}`;
  const name = `${shorten(describeMedia(media, texts.message), 300)}${size}`;
  const why = texts.fileTroubles[given.trouble ?? "refused"];
  const isSafe = given.trouble !== "program" && /^https:/i.test(media.url ?? "");
  const url = isSafe ? media.url : undefined;
  return {
    text: literalMrkdwn(`${texts.message.file(name)} ${why}`),
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
