import { SLACK_EMOJI } from "../slack-emoji.ts";

const CODES: ReadonlyMap<string, string> = new Map(
  [...SLACK_EMOJI].flatMap(([code, names]) => names.map((name) => [name, code] as const)),
);

/** The characters of an emoji by its Slack name; `undefined` where this machine has no font for it. */
export function drawnEmoji(name: string): string | undefined {
  const code = CODES.get(name.split("::")[0] ?? "");
  if (code === undefined) return undefined;
  const emoji = String.fromCodePoint(...code.split("-").map((hex) => Number.parseInt(hex, 16)));
  return canDraw(emoji) ? emoji : undefined;
}

/** The same, or its name. */
export const emojiOf = (name: string): string => drawnEmoji(name) ?? `:${name}:`;

const EMOJI = /\p{RGI_Emoji}/gv;

/** A text in which emoji that would be boxes on this machine stand by their names. */
export const withShownEmoji = (text: string): string =>
  text.replaceAll(EMOJI, (emoji) => (canDraw(emoji) ? emoji : `:${nameOf(emoji)}:`));

function nameOf(emoji: string): string {
  const points = Array.from(
    emoji,
    (point) => point.codePointAt(0)?.toString(16).toUpperCase() ?? "",
  );
  const plain = points.filter((point) => point !== "FE0F");
  return (
    usualName(points.join("-")) ??
    usualName(plain.join("-")) ??
    usualName(plain[0]?.padStart(4, "0") ?? "") ??
    "emoji"
  );
}

const usualName = (code: string): string | undefined => SLACK_EMOJI.get(code)?.[0];

/** Never a character. */
const MISSING = "\u{10ffff}";
/** Joins, or chooses a look; nothing to draw. */
const UNSEEN = new Set(["\ufe0f", "\u200d"]);
const drawable = new Map<string, boolean>();

/** Whether the fonts of this machine have a picture for each part of an emoji. */
function canDraw(emoji: string): boolean {
  return Array.from(emoji).every((point) => {
    if (UNSEEN.has(point)) return true;
    const known = drawable.get(point);
    if (known !== undefined) return known;
    const isDrawable = pictureOf(point) !== pictureOf(MISSING);
    drawable.set(point, isDrawable);
    return isDrawable;
  });
}

function pictureOf(point: string): string {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 32;
  const context = canvas.getContext("2d");
  if (!context) return point;
  context.font = `20px ${getComputedStyle(document.documentElement).fontFamily}`;
  context.fillText(point, 2, 24);
  return canvas.toDataURL();
}
