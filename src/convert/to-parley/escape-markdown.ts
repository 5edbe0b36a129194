/** How much of a text is escaped so that it stays literal. Levels that read well are tried first. */
export type EscapeLevel = "nothing" | "likely" | "everything";

/** Where a text stands: at the beginning of a line or not, in the brackets of a link's label or not. */
export interface TextPlace {
  before: string;
  after: string;
  inLabel: boolean;
}

const PUNCTUATION = /[!-/:-@[-`{-~]/;

/** A line of text as Markdown that shows it literally, provided that the level is high enough. */
export function escapeMarkdown(text: string, level: EscapeLevel, place: TextPlace): string {
  if (level === "nothing") return place.inLabel ? text.replaceAll(/[[\]]/g, "\\$&") : text;
  const positions = new Set<number>();
  const all = place.before + text + place.after;
  const offset = place.before.length;
  const patterns = [
    ...(level === "likely" ? LIKELY : EVERYTHING),
    ...(place.inLabel ? [/[[\]]/g] : []),
  ];
  for (const pattern of patterns) {
    for (const { index } of all.matchAll(pattern)) positions.add(index - offset);
  }
  if (/^$|\n$/.test(place.before)) {
    const start = LINE_START.exec(text + place.after);
    if (start) positions.add(start[0].length - 1);
  }
  return text
    .split("")
    .map((unit, index) => (positions.has(index) && PUNCTUATION.test(unit) ? `\\${unit}` : unit))
    .join("");
}

/** Matches as far as the character that would make the line a heading, a quote, a list, a rule, a code fence or a table. */
const LINE_START =
  /^(?:#(?=#{0,5}(?:\s|$))|>|[-+*](?=\s|$)|\d{1,9}[.)](?=\s|$)|[=-](?=[=-]*\s*$)|[-*_](?=(?:\s*[-*_])+\s*$)|`(?=``)|~(?=~~)|[|:-](?=[\s|:-]*$)|\[(?=[ xX]\]))/;

const LIKELY = [
  /\\(?=[!-/:-@[-`{-~]|$)/g,
  // A star between two spaces, and an underscore inside of a word, mean nothing.
  /\*(?!(?<=\s\*)\s)/g,
  /(?<![\p{L}\p{N}]_{0,9})_(?!(?<=\s_)\s)|_(?!_{0,9}[\p{L}\p{N}])(?!(?<=\s_)\s)/gu,
  /~(?!(?<=\s~)\s)/g,
  /`/g,
  /\[(?=[^[\]]*\](?:\(|:|\[))|\[\^/g,
  /<(?=[a-zA-Z/!?])/g,
  /&(?=#?\w+;)/g,
] as const;

/** Addresses are broken up here, too: if clients made links of them, a backslash in one would become part of the address. */
const EVERYTHING = [
  /[\\`*_[\]<>&#|~!]/g,
  /:(?=\/\/)/g,
  /(?<=www)\./gi,
  /(?<=[\w.+-])@(?=\w)/g,
] as const;
