import slackEmoji from "./slack-emoji.json" with { type: "json" };

/** Slack's own names: `thumbsup` -> `1F44D`. */
const CODES: ReadonlyMap<string, string> = new Map(
  Object.entries(slackEmoji.names).flatMap(([code, names]) =>
    names.split(" ").map((name) => [name, code] as const),
  ),
);

/** Slack numbers the skin tones from 2 to 6. */
const TONES = ["🏻", "🏼", "🏽", "🏾", "🏿"] as const;

/** `:wave:`, `:+1::skin-tone-3:`, `:handshake::skin-tone-2-5:`. Custom emoji have the same form. */
export const EMOJI_CODE = /:([a-z0-9_+'-]+):(?::skin-tone-([2-6])(?:-([2-6]))?:)?/g;

/** An emoji as Slack's `rich_text` and mrkdwn describe it. */
export interface EmojiCode {
  /** Without colons; may end in `::skin-tone-3`. */
  name: string;
  /** Code points in hex, such as `1f44b-1f3fd`; missing for custom emoji. */
  unicode?: string;
  /** 2 to 6. */
  skinTone?: number;
}

/** The emoji itself, or `:name:` for a custom one of this workspace. */
export function toEmoji({ name, unicode, skinTone }: EmojiCode): string {
  const [plainName = name, suffix] = name.split("::skin-tone-");
  const given = unicode === undefined ? undefined : fromCode(unicode);
  if (given !== undefined && (skinTone === undefined || hasTone(given))) return given;
  const code = CODES.get(plainName);
  const plain = given ?? (code === undefined ? undefined : fromCode(code));
  if (plain === undefined) return `:${name}:`;
  const tones = (suffix?.split("-").map(Number) ?? [skinTone]).flatMap(
    (tone) => TONES[(tone ?? 0) - 2] ?? [],
  );
  return tones.length === 0 ? plain : withTones(plain, tones);
}

/** A text with the emoji whose codes are in it. Unknown codes stay: `10:30:45` has colons too. */
export const withEmoji = (text: string): string =>
  text.replaceAll(EMOJI_CODE, (code) => {
    const name = code.slice(1, -1);
    return isKnownEmoji(name) ? toEmoji({ name }) : code;
  });

/** Whether a name, with or without a skin tone, is one that every client knows. */
export const isKnownEmoji = (name: string): boolean =>
  CODES.has(name.split("::skin-tone-")[0] ?? "");

const hasTone = (emoji: string): boolean => TONES.some((tone) => emoji.includes(tone));

function fromCode(code: string): string | undefined {
  const points = code.split("-").map((hex) => Number.parseInt(hex, 16));
  if (points.some((point) => !(point > 0 && point <= 0x10ffff))) return undefined;
  const emoji = String.fromCodePoint(...points);
  // The data omit the variation selector of single characters; without it some fonts show a black symbol.
  return /^\p{Emoji}$/u.test(emoji) && !/^\p{Emoji_Presentation}$/u.test(emoji)
    ? `${emoji}\ufe0f`
    : emoji;
}

/** The emoji with one skin tone for all people in it, or one for each; the plain emoji if no such emoji exists. */
function withTones(plain: string, tones: readonly string[]): string {
  let person = 0;
  const painted = plain.replaceAll(/(\p{Emoji_Modifier_Base})\ufe0f?/gu, (whole, base: string) => {
    // In emoji of people holding hands the hands have no tone of their own.
    if (base === "🤝" && plain !== base) return whole;
    const tone = tones.length === 1 ? tones[0] : tones[person];
    person++;
    return `${base}${tone ?? ""}`;
  });
  const first = plain.replace(/(\p{Emoji_Modifier_Base})\ufe0f?/u, `$1${tones[0]}`);
  return (
    [painted, first].find((emoji) => emoji !== plain && /^\p{RGI_Emoji}$/v.test(emoji)) ?? plain
  );
}
