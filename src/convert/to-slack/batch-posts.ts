import { formatMoment } from "../text/slack-text.ts";
import { context, section } from "./blocks.ts";
import type { MessageWords } from "./message-words.ts";
import type { SlackMessage } from "./slack-message.ts";

/** Waiting messages as one post, in their order, each below its caption. */
export function batchPosts(
  posts: readonly { message: SlackMessage; caption: string }[],
): Pick<SlackMessage, "text" | "blocks"> {
  return {
    text: posts.map(({ message }) => message.text).join("\n"),
    blocks: posts.flatMap(({ message, caption }) => [
      context(caption),
      ...(message.blocks ?? [section(message.text)]),
    ]),
  };
}

/** When a message was written (ms): the time, and the day too if it is late. Slack's mrkdwn. */
export const timeCaption = (
  { at, late }: { at: number; late: boolean },
  words: Pick<MessageWords, "lateCaption">,
): string =>
  late ? `:hourglass_flowing_sand: ${words.lateCaption(formatMoment(at))}` : formatTime(at);

/** The time of day with seconds, in the reader's own time zone. */
function formatTime(at: number): string {
  const fallback = new Date(at).toISOString().slice(11, 19);
  return `<!date^${Math.floor(at / 1000)}^{time_secs}|${fallback} UTC>`;
}
