import { withShownEmoji } from "../emoji-text.ts";

/** Between `<` and what follows it: invisible, and no longer the beginning of a mention or a link. */
const JOINER = "\u2060";

/**
 * A copy of a block in which text that Slack shows literally stays literal: the library unescapes `&lt;!channel&gt;`
 * before it looks for mentions, takes plain text for mrkdwn, and leaves `verbatim` mrkdwn unread, in which Slack
 * only finds no names and addresses.
 */
export function keepLiteral(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keepLiteral);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Readonly<Record<string, unknown>>;
  if (typeof object.text === "string") {
    const text = withShownEmoji(object.text);
    if (object.type === "mrkdwn") return { type: "mrkdwn", text: keepEscaped(text) };
    if (object.type === "plain_text") {
      return { ...object, text: text.replaceAll("<", `<${JOINER}`) };
    }
    if (object.type === "text") return { ...object, text };
  }
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, keepLiteral(item)]));
}

const ESCAPED = /&(lt|gt|amp);/g;
const MEANINGS: Readonly<Record<string, string>> = {
  lt: `<${JOINER}`,
  gt: `${JOINER}>`,
  amp: `&${JOINER}`,
};

const keepEscaped = (text: string): string =>
  text.replaceAll(ESCAPED, (_, name: string) => MEANINGS[name] ?? "");
