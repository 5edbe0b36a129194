import { context } from "./blocks.ts";
import type { MessageWords } from "./message-words.ts";
import type { SlackMessage } from "./slack-message.ts";

/** How much of a channel one item may take, in UTF-16 units and in posts. A longer text is shared as a file. */
export const ITEM_LIMITS = { characters: 12_000, posts: 5 } as const;

/** How much of a longer text each post shows, in UTF-16 units. */
const EXCERPT = 2_500;

/** A text that is too long for posts: a post with its beginning, and a file with all of it. */
export interface LongText {
  first: SlackMessage;
  file: { name: string; text: string };
  /** The posts after {@link first} if Slack refuses the file; they end with a sentence about what is missing. */
  instead(): readonly SlackMessage[];
}

/** How a long text is cut into pieces of at most `limit` UTF-16 units, and how a piece is shown as a post. */
export interface LongTextView {
  split: (text: string, limit: number) => readonly string[];
  show: (piece: string) => SlackMessage;
  words: Pick<MessageWords, "beginningCaption" | "cutCaption">;
}

/** `name`: the file's name. */
export function toLongText(
  text: string,
  name: string,
  { split, show, words }: LongTextView,
): LongText {
  const begin = text.trimStart();
  const pieces = split(begin.slice(0, EXCERPT * (ITEM_LIMITS.posts + 1)), EXCERPT).slice(
    0,
    ITEM_LIMITS.posts,
  );
  const [first = "", ...others] = pieces;
  const shown = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const left = Math.max(1, begin.length - shown);
  const refused = `:warning: ${words.cutCaption(left, name)}`;
  return {
    first: withSentence(
      show(first),
      `:page_facing_up: ${words.beginningCaption(text.length, name)}`,
    ),
    file: { name, text },
    instead: () =>
      others.map((piece, index) =>
        index < others.length - 1 ? show(piece) : withSentence(show(piece), refused),
      ),
  };
}

function withSentence({ text, blocks = [], ...rest }: SlackMessage, sentence: string) {
  return { ...rest, text: `${text}\n${sentence}`, blocks: [...blocks, context(sentence)] };
}
