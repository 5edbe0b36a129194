import { isMatch } from "matcher";

/** Of a longer text only the beginning counts: no reason is as long, and each pattern reads all of it. In UTF-16 units. */
const MAX_LENGTH = 10_000;

/**
 * Whether a text fits one of the patterns, in which `*` is anything and `\` takes the meaning of the sign behind it. Upper and
 * lower case, and white space around the text, make no difference. Takes time in proportion to the text at most.
 */
export function fitsPattern(text: string | undefined, patterns: readonly string[]): boolean {
  return (
    text !== undefined &&
    isMatch(
      text.trim().slice(0, MAX_LENGTH).normalize(),
      patterns.map((pattern) => pattern.trim().normalize().replace(/^!/, "\\!")),
    )
  );
}
