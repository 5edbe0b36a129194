import { closeDirections } from "./close-directions.ts";
import { escapeText } from "./slack-text.ts";

/**
 * Foreign text for Slack's mrkdwn, shown as it was written: it can neither ping, link, format, become an emoji, nor reverse
 * the text behind it. Slack has no way to escape its formatting characters. So an invisible character is put into emoji
 * codes, and each formatting character that would act is replaced by one that looks the same. Text that people copy
 * should therefore be `rich_text` instead.
 */
export const literalMrkdwn = (text: string): string =>
  escapeText(closeDirections(text))
    .replaceAll(EMOJI_CODE, ":\u2060")
    .replaceAll(ACTIVE, (sign) => LOOK_ALIKES[sign] ?? sign);

/** Foreign text as code in Slack's mrkdwn, where only a backtick has a meaning. */
export const codeMrkdwn = (text: string): string =>
  `\`${escapeText(closeDirections(text)).replaceAll("`", "'")}\``;

/** The colon that begins an emoji code. */
const EMOJI_CODE = /:(?=[^\s:/]+:)/g;

/** Formatting characters, except between two letters or digits, where they have no meaning: `order_id`, `5*3`. */
const ACTIVE = /(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])/gu;

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  "*": "\u2217",
  _: "\u02cd",
  "~": "\u223c",
  "`": "\u02cb",
};
