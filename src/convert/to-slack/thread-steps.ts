import { splitMarkdown } from "../text/split-markdown.ts";
import { splitText } from "../text/split-text.ts";
import { describeButton, describeMedia, mediaOf } from "./describe-card.ts";
import { ITEM_LIMITS, type LongText, toLongText } from "./long-text.ts";
import type { MessageWords } from "./message-words.ts";
import type { ParleyCard, ParleyMedia, ParleyMessage } from "./parley-message.ts";
import { SLACK_LIMITS } from "./slack-limits.ts";
import type { SlackMessage } from "./slack-message.ts";
import { MAX_FILES, splitAtFiles } from "./split-at-files.ts";
import { showLiteral, toSlack } from "./user-message.ts";

/** One post or file in a thread. */
export type ThreadStep =
  | { message: SlackMessage }
  /** `caption`: a line above it, in Slack's mrkdwn. */
  | { media: ParleyMedia; caption?: string }
  /** The file with all of a text whose beginning is in the step before. */
  | { document: LongText };

/**
 * The steps that show a User's message in a thread, in their order. A message that exceeds {@link ITEM_LIMITS} is shown as
 * its beginning, the whole text as a file, and the first of its own files.
 */
export function toThreadSteps(message: ParleyMessage, words: MessageWords): ThreadStep[] {
  // Checked before anything is parsed as Markdown, which could take long.
  if (wholeText(message, NO_WORDS).length <= ITEM_LIMITS.characters) {
    const steps = splitAtFiles(message).flatMap((step): ThreadStep[] =>
      step.kind === "file"
        ? [{ media: step.media }]
        : toSlack(step.message, words).map((post) => ({ message: post })),
    );
    if (countPosts(steps) <= ITEM_LIMITS.posts) return steps;
  }
  const long = toLongText(wholeText(message, words), "message.txt", {
    split: splitMarkdown,
    show: (text) => toSlack({ typeId: message.typeId, text }, words)[0] ?? { text: "" },
    words,
  });
  const files = mediaOf(message).slice(0, MAX_FILES);
  return [...inSteps(long), ...files.map((media) => ({ media }))];
}

/** The steps that show a literal text: as a file with this name if it exceeds {@link ITEM_LIMITS}. */
export function toLiteralSteps(text: string, name: string, words: MessageWords): ThreadStep[] {
  if (text.length <= ITEM_LIMITS.characters) {
    const pieces = splitText(text, SLACK_LIMITS.section);
    if (pieces.length <= ITEM_LIMITS.posts) {
      return pieces.map((piece) => ({ message: showLiteral(piece) }));
    }
  }
  return inSteps(toLongText(text, name, { split: splitText, show: showLiteral, words }));
}

const inSteps = (long: LongText): ThreadStep[] => [{ message: long.first }, { document: long }];

const countPosts = (steps: readonly ThreadStep[]): number =>
  steps.filter((step) => "message" in step).length;

type FileWords = Pick<MessageWords, "file" | "namelessFile">;

/** For measuring: an attempt in another language than the one before it has to find the same steps. */
const NO_WORDS: FileWords = { file: (name) => name, namelessFile: "" };

/** The text of a message and its cards as one Markdown text. */
function wholeText(message: ParleyMessage, words: FileWords): string {
  const cards = [message, ...(message.carousel ?? [])].map((card) => textOfCard(card, words));
  const replies = (message.quickReplies ?? []).map((title) => describeButton({ title }));
  return [...cards, replies.join(" ")].filter((text) => text !== "").join("\n\n");
}

function textOfCard({ title, text, media, buttons = [] }: ParleyCard, words: FileWords): string {
  const file = media && words.file(describeMedia(media, words));
  const lines = buttons.map((button) => `${describeButton(button)} ${button.payload ?? ""}`);
  return [title, text, file, ...lines].filter(Boolean).join("\n");
}
