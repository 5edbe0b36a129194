import type {
  ConversationsRepliesArguments,
  ConversationsRepliesResponse,
  WebClient,
} from "@slack/web-api";
import { defined } from "../defined.ts";
import { NetworkError } from "../errors.ts";
import type { Thread } from "../ids.ts";
import { callPatiently } from "./call-patiently.ts";
import { PAGE_SIZE } from "./find-post.ts";
import type { Pace } from "./pace.ts";

export const REPLIES = "conversations.replies";

export type ThreadPage = NonNullable<ConversationsRepliesResponse["messages"]>;

/** What is in a thread, page after page, `most` of them at most. Takes its time, see {@link callPatiently}. */
export async function* threadPages(
  { client, pace }: { client: WebClient; pace: Pick<Pace, "extras"> },
  { channel, ts }: Thread,
  wanted: Partial<Pick<ConversationsRepliesArguments, "oldest" | "include_all_metadata">>,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<ThreadPage> {
  let cursor: string | undefined;
  for (let pages = 0; pages < most; pages++) {
    const query = {
      channel,
      ts,
      ...wanted,
      limit: PAGE_SIZE,
      ...defined({ cursor: cursor || undefined }),
    };
    const page = await callPatiently(
      pace,
      REPLIES,
      () => client.conversations.replies(query),
      signal,
    );
    if (!page.messages) throw new NetworkError(`${REPLIES}: no messages in the answer`);
    yield page.messages;
    cursor = page.response_metadata?.next_cursor || undefined;
    if (!cursor) return;
  }
}
