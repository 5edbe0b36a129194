import { type RichText, stringIn } from "../convert/text/rich-text.ts";
import type { Json } from "../json.ts";

/** One line of a `rich_text_section`: its elements, without a line break. */
export type Line = readonly RichText[];

/** One block with the lines below each other. */
export const richTextBlock = (lines: readonly Line[]): Json => ({
  type: "rich_text",
  elements: [
    {
      type: "rich_text_section",
      elements: lines.flatMap((line, index) =>
        index === 0 ? line : [{ type: "text", text: "\n" }, ...line],
      ),
    },
  ],
});

/** In characters, with the line breaks. */
export const lengthOf = (lines: readonly Line[]): number =>
  lines.reduce(
    (sum, line) => line.reduce((length, { text }) => length + stringIn(text).length, sum + 1),
    0,
  );

/** The first lines that fit into `limit` characters; another one says how many of `total` are left out. */
export function fitLines(
  lines: readonly Line[],
  limit: number,
  what = "more",
  total = lines.length,
): Line[] {
  const fitting: Line[] = [];
  let length = 0;
  for (const line of lines) {
    length += lengthOf([line]);
    if (length > limit) break;
    fitting.push(line);
  }
  const left = total - fitting.length;
  if (left === 0) return fitting;
  const text = `… ${left} ${what}, see below`;
  return [...fitting, [{ type: "text", text, style: { italic: true } }]];
}
