import { mrkdwnToRichText } from "./mrkdwn-to-rich-text.ts";
import { readAttachments } from "./read-attachments.ts";
import { readBlocks } from "./read-blocks.ts";
import type { SlackContent, SlackText } from "./slack-content.ts";

/** The kinds of content that can hold the text of a message. */
const WORDS: ReadonlySet<SlackContent["kind"]> = new Set(["rich", "markdown", "heading", "table"]);

/** What has been read of messages that are still in memory: much is asked of the same one. */
const known = new WeakMap<SlackText, readonly SlackContent[]>();

/** The content of a message in the order in which Slack shows it, without the files attached to it. */
export function readSlackContent(message: SlackText): readonly SlackContent[] {
  const content = known.get(message) ?? read(message);
  known.set(message, content);
  return content;
}

function read({ text, blocks = [], attachments = [] }: SlackText): SlackContent[] {
  const shown = readBlocks(blocks);
  // Only Slack's own clients write blocks; other messages have only their text.
  const words: SlackContent[] = shown.some(({ kind }) => WORDS.has(kind))
    ? []
    : [{ kind: "rich", elements: mrkdwnToRichText(text) }];
  return [...words, ...shown, ...readAttachments(attachments)];
}
