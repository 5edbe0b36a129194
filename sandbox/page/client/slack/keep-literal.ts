/** Between `<` and what follows it: invisible, and no longer the beginning of a mention or a link. */
const JOINER = "\u2060";

/**
 * A copy of a block in which text that Slack shows literally stays literal: the library unescapes `&lt;!channel&gt;`
 * before it looks for mentions, and takes plain text for mrkdwn.
 */
export function keepLiteral(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keepLiteral);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Readonly<Record<string, unknown>>;
  if (typeof object.text === "string") {
    if (object.type === "mrkdwn") return { ...object, text: keepEscaped(object.text) };
    if (object.type === "plain_text") {
      return { ...object, text: object.text.replaceAll("<", `<${JOINER}`) };
    }
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
