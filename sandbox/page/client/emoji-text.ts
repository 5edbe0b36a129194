import iamcal from "emojibase-data/en/shortcodes/iamcal.json" with { type: "json" };

/** Slack's names by code points in hex, `1F389`. */
const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(iamcal as Readonly<Record<string, string | string[]>>).flatMap(([code, names]) => {
    const [name] = [names].flat();
    return name === undefined ? [] : [[code, name] as const];
  }),
);
const CODES: ReadonlyMap<string, string> = new Map(
  Object.entries(iamcal as Readonly<Record<string, string | string[]>>).flatMap(([code, names]) =>
    [names].flat().map((name) => [name, code] as const),
  ),
);

/** The characters of an emoji by its Slack name, or its name where this machine has no font for it. */
export function emojiOf(name: string): string {
  const code = CODES.get(name.split("::")[0] ?? "");
  if (code === undefined) return `:${name}:`;
  const emoji = String.fromCodePoint(...code.split("-").map((hex) => Number.parseInt(hex, 16)));
  return canDraw(emoji) ? emoji : `:${name}:`;
}

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
    NAMES.get(points.join("-")) ??
    NAMES.get(plain.join("-")) ??
    NAMES.get(plain[0]?.padStart(4, "0") ?? "") ??
    "emoji"
  );
}

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
