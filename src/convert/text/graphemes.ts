const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** One visible character can have many UTF-16 units, so the text is examined this much further than the limit. */
const LOOKAHEAD = 64;

/** Where the first `limit` UTF-16 units of a text can be cut without damage. */
export interface Graphemes {
  /** Whether `index` is between two visible characters, and not inside of `\r\n`. */
  isBoundary(index: number): boolean;
  /** The last boundary that is not after `index`; 0 if not even the first grapheme fits. */
  lastBoundary(index: number): number;
}

export function graphemesOf(text: string, limit: number): Graphemes {
  const window = text.slice(0, limit + LOOKAHEAD);
  const segments = segmenter.segment(window);
  const lastBoundary = (index: number) =>
    index >= window.length ? window.length : (segments.containing(index)?.index ?? index);
  return { isBoundary: (index) => lastBoundary(index) === index, lastBoundary };
}

/** The visible characters of a text. */
export const toGraphemes = (text: string): string[] =>
  Array.from(segmenter.segment(text), ({ segment }) => segment);
