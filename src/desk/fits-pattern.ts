import { isMatch } from "matcher";

/**
 * Whether a text fits one of the patterns, in which `*` is anything and `\` takes the meaning of the sign behind it. Upper and
 * lower case, and white space around the text, make no difference. Takes time in proportion to the text.
 */
export function fitsPattern(text: string | undefined, patterns: readonly string[]): boolean {
  return (
    text !== undefined &&
    isMatch(
      text.trim().normalize(),
      patterns.map((pattern) => pattern.trim().normalize().replace(/^!/, "\\!")),
    )
  );
}
