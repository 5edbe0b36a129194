const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What people see as one character may be many UTF-16 units; a cut is looked for in a window that is a little longer. */
const LOOKAHEAD = 64;

/** The places in the first `limit` UTF-16 units of a text where it can be cut without damage. */
export interface Graphemes {
  /** Whether `index` is between two of what people see as characters, and not within a line end. */
  isBoundary(index: number): boolean;
  /** The last boundary that is not after `index`; 0 where not even the first grapheme fits. */
  lastBoundary(index: number): number;
}

export function graphemesOf(text: string, limit: number): Graphemes {
  const window = text.slice(0, limit + LOOKAHEAD);
  const segments = segmenter.segment(window);
  const lastBoundary = (index: number) =>
    index >= window.length ? window.length : (segments.containing(index)?.index ?? index);
  return { isBoundary: (index) => lastBoundary(index) === index, lastBoundary };
}

/** The characters that people see. */
export const toGraphemes = (text: string): string[] =>
  Array.from(segmenter.segment(text), ({ segment }) => segment);
