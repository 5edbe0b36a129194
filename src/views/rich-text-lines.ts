import type { RichText } from "../convert/text/rich-text.ts";
import { oneLine, shorten } from "../convert/text/slack-text.ts";
import type { Style } from "../convert/text/styled-text.ts";
import { inertText } from "../convert/to-slack/inert-rich-text.ts";
import type { Json } from "../json.ts";

/** One line of a `rich_text_section`: its elements, without a line break. */
export type Line = readonly RichText[];

/** What the bridge itself says. */
export const ours = (text: string, style: Style = {}): Line => inertText(text, style);

/** What somebody else wrote, on one line. */
export const theirs = (text: string, limit: number, style: Style = {}): Line =>
  inertText(oneLine(shorten(text, limit)), style);

/** In UTF-16 units. */
export const CODE_LIMIT = 120;

/** What people copy, such as an id. */
export const code = (text: string): Line => theirs(text, CODE_LIMIT, { code: true });

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
