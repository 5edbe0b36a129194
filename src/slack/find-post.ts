import type { WebClient } from "@slack/web-api";
import type { PostTag } from "../bridge/ports.ts";
import { defined } from "../defined.ts";
import { NetworkError } from "../errors.ts";
import { hasTag } from "./post-metadata.ts";
import { callSlack } from "./web-api.ts";

/** How many messages we ask for at once; some apps get no more than 15. */
export const PAGE_SIZE = 100;
const MAX_PAGES = 10;
/** How much Slack's clock and ours may differ: far more than what raises the alarm about clocks. */
const CLOCK_SKEW_MS = 15 * 60_000;

/**
 * Looks for a post with this post tag that was made after `since` (ms), in a thread or among the messages outside of threads;
 * `cannot-look`: there are too many, or Slack dropped the metadata of one that may be it.
 *
 * @throws {SlackApiError} Slack refuses reading
 */
export async function findPost(
  client: WebClient,
  tag: PostTag,
  place: {
    channel: string;
    threadTs: string | undefined;
    since: number;
    botId: string;
  },
): Promise<{ ts: string } | "not-there" | "cannot-look"> {
  const { channel, threadTs, since, botId } = place;
  const oldest = String((since - CLOCK_SKEW_MS) / 1000);
  let cursor: string | undefined;
  let isNamed = true;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = {
      channel,
      oldest,
      limit: PAGE_SIZE,
      include_all_metadata: true,
      ...defined({ cursor: cursor || undefined }),
    };
    const answer =
      threadTs === undefined
        ? await callSlack("conversations.history", () => client.conversations.history(query), {
            idempotent: true,
          })
        : await callSlack(
            "conversations.replies",
            () => client.conversations.replies({ ...query, ts: threadTs }),
            { idempotent: true },
          );
    if (!answer.messages) throw new NetworkError("No messages in Slack's answer");
    const found = answer.messages.find(({ metadata }) => hasTag(metadata, tag));
    if (found?.ts) return { ts: found.ts };
    isNamed &&= !answer.messages.some((message) => isNameless(message, botId));
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (!cursor) return isNamed ? "not-there" : "cannot-look";
  }
  return "cannot-look";
}

/** A post of ours that has lost its metadata. Files that we share have none, and no bot either. */
const isNameless = (
  { bot_id, metadata }: { bot_id?: string; metadata?: unknown },
  botId: string,
): boolean => bot_id === botId && metadata === undefined;
