import { context, section } from "./blocks.ts";
import type { SlackMessage } from "./slack-message.ts";
import { formatMoment } from "./slack-text.ts";

/** Several waiting messages in one post; each keeps its own time and place. `at` in ms. */
export function mergePosts(
  posts: readonly { readonly message: SlackMessage; readonly at: number }[],
): SlackMessage {
  return {
    text: posts.map(({ message }) => message.text).join("\n"),
    blocks: posts.flatMap(({ message, at }) => [
      context(formatTime(at)),
      ...(message.blocks ?? [section(message.text)]),
    ]),
  };
}

/** A message that comes late, with the moment (ms) at which it was written. */
export const withMoment = ({ text, blocks }: SlackMessage, at: number): SlackMessage => ({
  text,
  blocks: [
    context(`:hourglass_flowing_sand: Delayed; written ${formatMoment(at)}`),
    ...(blocks ?? [section(text)]),
  ],
});

/** The time of day with seconds, in the reader's own time zone. */
function formatTime(at: number): string {
  const fallback = new Date(at).toISOString().slice(11, 19);
  return `<!date^${Math.floor(at / 1000)}^{time_secs}|${fallback} UTC>`;
}
