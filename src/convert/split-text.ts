const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

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

function bestCut(text: string, limit: number): number {
  const window = text.slice(0, limit);
  for (const boundary of [/\n\n+/g, /\n/g, /[.!?…]\s+/g, /\s+/g]) {
    const last = [...window.matchAll(boundary)].at(-1);
    if (last && last.index + last[0].length > limit / 2) return last.index + last[0].length;
  }
  let end = 0;
  for (const { index, segment } of graphemes.segment(text.slice(0, limit + 64))) {
    if (index + segment.length > limit) break;
    end = index + segment.length;
  }
  // A single grapheme longer than the limit: cut it rather than stand still.
  return end > 0 ? end : limit;
}
