import { formatMoment } from "../text/slack-text.ts";
import { context, section } from "./blocks.ts";
import type { MessageWords } from "./message-words.ts";
import type { SlackMessage } from "./slack-message.ts";

/** Waiting messages as one post, in their order, each with its time, and with the day if it is late. `at` in ms. */
export function batchPosts(
  posts: readonly {
    message: SlackMessage;
    at: number;
    late?: boolean;
  }[],
  words: Pick<MessageWords, "lateCaption">,
): SlackMessage {
  return {
    text: posts.map(({ message }) => message.text).join("\n"),
    blocks: posts.flatMap(({ message, at, late }) => [
      context(
        late ? `:hourglass_flowing_sand: ${words.lateCaption(formatMoment(at))}` : formatTime(at),
      ),
      ...(message.blocks ?? [section(message.text)]),
    ]),
  };
}

/** The time of day with seconds, in the reader's own time zone. */
function formatTime(at: number): string {
  const fallback = new Date(at).toISOString().slice(11, 19);
  return `<!date^${Math.floor(at / 1000)}^{time_secs}|${fallback} UTC>`;
}
