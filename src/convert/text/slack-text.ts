import { graphemesOf } from "./graphemes.ts";

/**
 * Makes foreign text inert in Slack's mrkdwn: nothing in it can ping, mention or disguise a link.
 * Source: docs.slack.dev/messaging/formatting-message-text, exactly these three characters.
 */
export const escapeText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The reverse of {@link escapeText}; `&amp;lt;` becomes `&lt;`, not `<`. */
export const unescapeText = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** At most `limit` UTF-16 units of a text, cut between graphemes, with an ellipsis at the end if something was cut. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, graphemesOf(text, limit).lastBoundary(limit - 1))}…`;
}

/** The text on one line: with foreign line breaks a text could imitate a line of the bridge's own. */
export const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

const MOMENT = "{date_short_pretty} {time}";
const momentFallback = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** A moment in the reader's own time zone, for mrkdwn. `at` in ms. */
export const formatMoment = (at: number): string =>
  `<!date^${Math.floor(at / 1000)}^${MOMENT}|${momentFallback(at)}>`;

/** The same as an element of `rich_text`. */
export const formatMomentElement = (at: number) => ({
  type: "date",
  timestamp: Math.floor(at / 1000),
  format: MOMENT,
  fallback: momentFallback(at),
});

/** `question_too_complex` → `Question too complex`. Of other texts only the first letter changes. */
export function humanise(code: string): string {
  const words = /^[\w-]+$/.test(code) ? code.replaceAll(/[_-]+/g, " ").trim() || code : code.trim();
  const separated = /^[a-z]+(?:[A-Z][a-z]+)+$/.test(words)
    ? words.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)
    : words;
  return separated.charAt(0).toUpperCase() + separated.slice(1);
}
