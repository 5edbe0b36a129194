const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What people see as one character may be many UTF-16 units; a cut is looked for in a window that is a little longer. */
const LOOKAHEAD = 64;

/** Whether `text` can be cut at `index` without damage to a letter, an emoji or a line end. */
export function isGraphemeBoundary(text: string, index: number): boolean {
  if (index <= 0 || index >= text.length) return true;
  return segmenter.segment(text.slice(0, index + LOOKAHEAD)).containing(index)?.index === index;
}

/** The end of the last grapheme that fits into `limit` UTF-16 units; 0 where not even the first one fits. */
export function lastBoundary(text: string, limit: number): number {
  if (text.length <= limit) return text.length;
  const segments = segmenter.segment(text.slice(0, limit + LOOKAHEAD));
  return segments.containing(limit)?.index ?? limit;
}

/** The characters that people see. */
export const toGraphemes = (text: string): string[] =>
  Array.from(segmenter.segment(text), ({ segment }) => segment);
