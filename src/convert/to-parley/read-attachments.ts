import { isJsonObject, type Json } from "../../json.ts";
import { type RichText, stringIn } from "../text/rich-text.ts";
import { mrkdwnToRichText } from "./mrkdwn-to-rich-text.ts";
import { lost, readBlocks, readPicture } from "./read-blocks.ts";
import type { SlackContent } from "./slack-content.ts";

/**
 * The attachments of a member's message: forwarded messages, and what Slack's composer attaches, such as tables. Previews
 * of links are left out: the link is in the text, and nobody chose to send the preview.
 */
export const readAttachments = (attachments: readonly Json[]): SlackContent[] =>
  attachments.filter(isJsonObject).flatMap((attachment): SlackContent[] => {
    if (attachment.is_share === true) return [readForward(attachment)];
    if (isPreview(attachment)) return [];
    const content = readContent(attachment);
    return content.length > 0 ? content : [lost("attachment")];
  });

const listIn = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const isPreview = (attachment: RichText): boolean =>
  ["from_url", "original_url", "app_unfurl_url", "title_link"].some(
    (key) => stringIn(attachment[key]) !== "",
  ) ||
  attachment.is_msg_unfurl === true ||
  attachment.is_app_unfurl === true;

function readForward(attachment: RichText): SlackContent {
  const content = readContent(attachment);
  return {
    kind: "forward",
    author: {
      id: stringIn(attachment.author_id),
      name: stringIn(attachment.author_name) || stringIn(attachment.author_subname),
    },
    content: content.length > 0 ? content : [lost("withheld message")],
  };
}

/** Reads the blocks of an attachment, or its older fields, which repeat the blocks if there are any. */
function readContent(attachment: RichText): SlackContent[] {
  const messages = listIn(attachment.message_blocks)
    .filter(isJsonObject)
    .flatMap(({ message }) =>
      isJsonObject(message)
        ? [...readBlocks(listIn(message.blocks)), ...readAttachments(listIn(message.attachments))]
        : [],
    );
  const blocks = messages.length > 0 ? messages : readBlocks(listIn(attachment.blocks));
  const picture = stringIn(attachment.image_url) === "" ? [] : [readPicture(attachment)];
  const files = listIn(attachment.files).map((file): SlackContent => ({ kind: "file", file }));
  return [...(blocks.length > 0 ? blocks : readFields(attachment)), ...picture, ...files];
}

/** Source: docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments, November 2026. */
function readFields({ pretext, title, text, fields }: RichText): SlackContent[] {
  const pairs = listIn(fields)
    .filter(isJsonObject)
    .flatMap((field) => [...boldLine(field.title), ...mrkdwnToRichText(stringIn(field.value))]);
  const elements = [
    ...mrkdwnToRichText(stringIn(pretext)),
    ...boldLine(title),
    ...mrkdwnToRichText(stringIn(text)),
    ...pairs,
  ];
  return elements.length > 0 ? [{ kind: "rich", elements }] : [];
}

const boldLine = (text: Json | undefined): RichText[] =>
  stringIn(text) === ""
    ? []
    : [
        {
          type: "rich_text_section",
          elements: [{ type: "text", text: stringIn(text), style: { bold: true } }],
        },
      ];
