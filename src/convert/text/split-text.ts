import { graphemesOf } from "./graphemes.ts";

/** Places for a cut, the best first. */
const BOUNDARIES = [
  /\r?\n[^\S\n]*\r?\n\s*/g,
  /\n/g,
  /[.!?…]["'”’)\]]?\s+|[。！？]/g,
  /\s+/g,
] as const;

/** Whether a piece may end at `index` of the text. */
type Allows = (index: number) => boolean;

/**
 * Cuts text into pieces of at most `limit` UTF-16 units, at the best place in each piece's second half: paragraph, line,
 * sentence, word, else between two graphemes. `pieces.join("")` is the text.
 */
export function splitText(text: string, limit: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > limit) {
    const end = bestCut(rest, limit);
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  pieces.push(rest);
  return pieces;
}

/** The best place for a piece of `text` to end, from 1 to `limit`. */
export function bestCut(text: string, limit: number, allows: Allows = () => true): number {
  const window = text.slice(0, limit);
  const graphemes = graphemesOf(text, limit);
  // A piece may be shorter than half the limit only if there is no allowed place behind that.
  for (const least of [limit / 2, 0]) {
    for (const boundary of BOUNDARIES) {
      for (const found of [...window.matchAll(boundary)].reverse()) {
        const end = found.index + found[0].length;
        if (end <= least) break;
        if (allows(end) && graphemes.isBoundary(end)) return end;
      }
    }
    let end = graphemes.lastBoundary(limit);
    while (end > least && !allows(end)) end = graphemes.lastBoundary(end - 1);
    if (end > least) return end;
  }
  const anyway = graphemes.lastBoundary(limit);
  if (anyway > 0) return anyway;
  // A single grapheme is longer than the limit: cut it between code points, else splitting would never end.
  return limit > 1 && text.codePointAt(limit - 1) !== text.charCodeAt(limit - 1)
    ? limit - 1
    : limit;
}
