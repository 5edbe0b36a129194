import type { WebClient } from "@slack/web-api";
import type { ThreadPost, ThreadReader } from "../bridge/ports.ts";
import type { AgentReply } from "../bridge/stored/agent-reply.ts";
import { defined } from "../defined.ts";
import { SlackApiError } from "../errors.ts";
import type { Thread } from "../ids.ts";
import type { Pace } from "./pace.ts";
import { parseThreadMessage } from "./parse-message-event.ts";
import { parseThreadPost } from "./parse-thread-post.ts";
import { isSettled, lockersOf } from "./reaction-names.ts";
import { meansGone } from "./refusals.ts";
import { REPLIES, type ThreadPage, threadPages } from "./thread-pages.ts";
import { callSlack } from "./web-api.ts";

export interface ThreadReaderOptions {
  client: WebClient;
  team: string;
  channels: readonly string[];
  botUserId: string;
  pace: Pick<Pace, "extras">;
}

/** For one reading of a thread; the next one goes on where it ended. */
const MAX_PAGES = 50;
const MAX_REPLIES = 500;
/** For showing a thread again. */
const MAX_PAGES_OF_POSTS = 10;

export function createThreadReader(options: ThreadReaderOptions): ThreadReader {
  const { client, team, channels, botUserId } = options;

  /** What is in a thread, page after page, `most` of them at most. */
  async function* pagesOf(
    thread: Thread,
    wanted: Parameters<typeof threadPages>[2],
    most: number,
    signal: AbortSignal,
  ): AsyncGenerator<ThreadPage | "cannot-look"> {
    try {
      yield* threadPages(options, thread, wanted, most, signal);
    } catch (error) {
      // Somebody has to repair this first; until then no thread can be read. Other refusals concern this one alone.
      const isForAll =
        error instanceof SlackApiError &&
        error.disposition === "fatal" &&
        !meansGone(error, thread, channels);
      if (!isForAll) throw error;
      yield "cannot-look";
    }
  }

  return {
    async threadOf(at, ts) {
      const ask = () => client.conversations.replies({ channel: at, ts, limit: 1 });
      const answer = await callSlack(REPLIES, ask, { idempotent: true }).catch(() => undefined);
      if (!answer) return "unknown";
      const message = answer.messages?.find((each) => each.ts === ts);
      if (!message?.thread_ts || message.thread_ts === ts) return "none";
      const thread = { team, channel: at, ts: message.thread_ts };
      return { thread, openedBy: message.parent_user_id };
    },

    async postsIn(thread, signal) {
      const posts: ThreadPost[] = [];
      const query = { include_all_metadata: true };
      for await (const page of pagesOf(thread, query, MAX_PAGES_OF_POSTS, signal)) {
        if (page === "cannot-look") return page;
        for (const message of page) {
          const post = parseThreadPost(message, thread, botUserId);
          if (post) posts.push(post);
        }
      }
      return posts;
    },

    async repliesAfter(thread, after, signal) {
      const replies: AgentReply[] = [];
      const lockedBy = new Map<string, readonly string[]>();
      let until: string | undefined;
      try {
        for await (const page of pagesOf(thread, { oldest: after }, MAX_PAGES, signal)) {
          if (page === "cannot-look") return page;
          for (const message of page) {
            const reply = parseThreadMessage(message, thread);
            // Files that the bridge itself shares come without a bot_id.
            if (!reply || reply.ts <= after || reply.agent === botUserId) continue;
            until = reply.ts;
            if (isSettled(message, botUserId)) continue;
            replies.push(reply);
            const lockers = lockersOf(message);
            if (lockers.length > 0) lockedBy.set(reply.ts, lockers);
          }
          if (replies.length >= MAX_REPLIES) break;
        }
      } catch (thrown) {
        // The next reading goes on behind what this one has.
        if (!signal.aborted || until === undefined) throw thrown;
      }
      return { replies, lockedBy, ...defined({ until }) };
    },
  };
}
