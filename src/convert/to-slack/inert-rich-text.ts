import { defined } from "../../defined.ts";
import type { Json } from "../../json.ts";
import { closeDirections } from "../text/close-directions.ts";
import type { RichText } from "../text/rich-text.ts";
import { isItsOwnLabel, toSafeUrl } from "../text/safe-url.ts";
import { hasSameStyle, type Style, type StyledText } from "../text/styled-text.ts";

/**
 * Foreign texts as elements of Slack's `rich_text`. No mention, emoji code or markup in them has any effect, and no link
 * hides its target.
 */
export const inertElements = (texts: readonly StyledText[]): RichText[] =>
  joinLabels(texts).flatMap((styled) => {
    const { url, text, ...style } = styled;
    return url === undefined ? inertText(text, style) : inertLink(text, url, style);
  });

/** Joins neighbouring texts that are parts of the same link: a label may be bold in part. */
function joinLabels(texts: readonly StyledText[]): StyledText[] {
  const joined: StyledText[] = [];
  for (const styled of texts) {
    const last = joined.at(-1);
    if (last && last.url === styled.url && (last.url !== undefined || hasSameStyle(last, styled))) {
      joined[joined.length - 1] = { ...last, text: last.text + styled.text };
    } else {
      joined.push(styled);
    }
  }
  return joined;
}

/** Where Slack's control sequences are cut in two, because some readers join the texts of a message as mrkdwn. */
const CONTROL = /(?<=<)(?=[!@#a-z])/i;

export const inertText = (text: string, style: Style = {}): RichText[] =>
  text === ""
    ? []
    : closeDirections(text)
        .split(CONTROL)
        .map((part) => withStyle({ type: "text", text: part }, style));

function inertLink(label: string, url: string, style: Style): RichText[] {
  const safe = toSafeUrl(url);
  const isOwn = isItsOwnLabel(label, url);
  // An unsafe target is shown as text, so that nobody mistakes the label for a working link.
  if (safe === undefined) return inertText(isOwn ? label : `${label} (${url})`, style);
  const link = withStyle(
    { type: "link", url: safe, ...(isOwn && label !== safe && safe === url && { text: label }) },
    style,
  );
  return isOwn ? [link] : [...inertText(`${label} (`, style), link, ...inertText(")", style)];
}

function withStyle(element: RichText, { bold, italic, strike, code }: Style): RichText {
  const style: Record<string, Json> = defined({
    bold: bold || undefined,
    italic: italic || undefined,
    strike: strike || undefined,
    code: code || undefined,
  });
  return Object.keys(style).length === 0 ? element : { ...element, style };
}
