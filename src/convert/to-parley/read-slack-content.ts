import { mrkdwnToRichText } from "./mrkdwn-to-rich-text.ts";
import { readAttachments } from "./read-slack-attachments.ts";
import { readBlocks } from "./read-slack-blocks.ts";
import type { SlackContent, SlackText } from "./slack-content.ts";

/** What can hold the words of a message. */
const WORDS: ReadonlySet<SlackContent["kind"]> = new Set(["rich", "markdown", "heading", "table"]);

/** All that a message holds, in the order in which Slack shows it; without the files that are on it. */
export function readSlackContent({
  text,
  blocks = [],
  attachments = [],
}: SlackText): SlackContent[] {
  const shown = readBlocks(blocks);
  // Only Slack's own client makes blocks of what people write.
  const words: SlackContent[] = shown.some(({ kind }) => WORDS.has(kind))
    ? []
    : [{ kind: "rich", elements: mrkdwnToRichText(text) }];
  return [...words, ...shown, ...readAttachments(attachments)];
}
