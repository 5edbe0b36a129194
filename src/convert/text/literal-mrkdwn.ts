import { closeDirections } from "./close-directions.ts";
import { escapeText } from "./slack-text.ts";

/**
 * Foreign text within Slack's mrkdwn, shown as it was written: it can neither ping, link, format nor become an emoji,
 * and what stands behind it does not read backwards. Slack has no way to quote its signs, so where one would act an
 * invisible character (in an emoji code) or a sign that looks the same stands in its place: where people copy exact values
 * from, `rich_text` is better.
 */
export const literalMrkdwn = (text: string): string =>
  escapeText(closeDirections(text))
    .replaceAll(EMOJI_CODE, ":\u2060")
    .replaceAll(ACTIVE, (sign) => LOOK_ALIKES[sign] ?? sign);

/** Foreign text as code in Slack's mrkdwn, where only a backtick acts. */
export const codeMrkdwn = (text: string): string =>
  `\`${escapeText(closeDirections(text)).replaceAll("`", "'")}\``;

/** The colon that begins a code. */
const EMOJI_CODE = /:(?=[^\s:/]+:)/g;

/** Between two letters or digits they do nothing: `order_id`, `5*3`. */
const ACTIVE = /(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])/gu;

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  "*": "\u2217",
  _: "\u02cd",
  "~": "\u223c",
  "`": "\u02cb",
};
