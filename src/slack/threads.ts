import type { ChatPostMessageResponse, WebClient } from "@slack/web-api";
import type { AgentReply } from "../bridge/events.ts";
import type { Mark, PostTag, Threads } from "../bridge/ports.ts";
import type { Config } from "../config/read-config.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { defined } from "../defined.ts";
import type { RateLimiter } from "../delivery/rate-limiter.ts";
import {
  NetworkError,
  RateLimitedError,
  SlackApiError,
  ThreadGoneError,
  toBridgeError,
  UncertainDeliveryError,
} from "../errors.ts";
import type { Thread } from "../ids.ts";
import type { Log } from "../log.ts";
import { findPost, PAGE_SIZE } from "./find-post.ts";
import { createIdentities } from "./identity.ts";
import { toArguments } from "./message-arguments.ts";
import { createNames } from "./names.ts";
import { parseThreadMessage } from "./parse-message-event.ts";
import { makePermalink } from "./permalink.ts";
import { hasTag, toMetadata } from "./post-metadata.ts";
import { isLocked, REACTIONS } from "./reactions.ts";
import { isSlacksWord, meansGone, refusesBlocks } from "./refusals.ts";
import { takeBack } from "./take-back.ts";
import type { FindUser } from "./users.ts";
import { callSlack } from "./web-api.ts";

export interface ThreadsOptions {
  client: WebClient;
  team: string;
  /** Of the workspace, ends in `/`. */
  workspaceUrl: string;
  channel: string;
  botUserId: string;
  identity: Config["identity"];
  findUser: FindUser;
  /** Posts, by channel. */
  posts: RateLimiter;
  /** Updates and reactions, by method. */
  extras: RateLimiter;
  log: Log;
}

/** A wait longer than this for a place says that the channel is busy. */
const SATURATED_AFTER_MS = 250;
/** Marks of success that would have to wait longer than this are left out: nobody misses them. */
const MARK_PATIENCE_MS = 10_000;
const REPLIES = "conversations.replies";
/** For one reading of a thread; the next one goes on where it ended. */
const MAX_PAGES = 50;
const MAX_REPLIES = 500;

/** Slack's side of the conversations: posts, updates, marks, notices. */
export function createThreads(options: ThreadsOptions): Threads {
  const { client, team, channel, posts, extras, log } = options;

  /** As of the newest post. */
  let isMetadataKept = true;

  /** Slack only warns when it drops metadata, and "posted once" rests on it. */
  function checkMetadata(
    { message, response_metadata: about }: ChatPostMessageResponse,
    mark: PostTag,
  ): boolean {
    // An answer without the message does not tell.
    if (!message || hasTag(message.metadata, mark)) return true;
    log.error({ mark: mark.kind, warnings: about?.warnings ?? [] }, "metadata.dropped");
    return false;
  }

  /** What Slack asks to wait is obeyed for all calls of that kind, not just for the one that was refused. */
  async function paced<Result>(
    rateLimiter: RateLimiter,
    key: string,
    method: string,
    call: () => Promise<Result>,
    idempotent: boolean,
  ): Promise<Result> {
    try {
      return await callSlack(method, call, { idempotent });
    } catch (error) {
      if (error instanceof RateLimitedError) rateLimiter.pause(key, error.retryAfterMs);
      throw error;
    }
  }

  /** Goes out when its method's pace allows; low priority behind what must not be missing. */
  async function extra(
    method: string,
    call: () => Promise<unknown>,
    priority?: "low",
  ): Promise<void> {
    await extras.acquire(method, priority ? { priority } : {});
    await paced(extras, method, method, call, true);
  }

  /** What is there, or not there, already is as wanted. */
  const ignoring = (slackError: string) => (error: unknown) => {
    if (!(error instanceof SlackApiError) || error.slackError !== slackError) throw error;
  };

  /** Blocks that Slack refuses must not cost the message: its text goes without them. */
  async function withBlocksOrText<Result>(
    message: SlackMessage,
    send: (message: SlackMessage) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await send(message);
    } catch (error) {
      const isAboutBlocks = error instanceof SlackApiError && refusesBlocks(error.slackError);
      if (!isAboutBlocks || !message.blocks) throw error;
      log.error({ error: error.message }, "blocks.refused");
      const { blocks: _, ...plain } = message;
      return await send(plain);
    }
  }

  const react = (channel: string, ts: string, as: Mark, priority?: "low"): Promise<void> =>
    extra(
      "reactions.add",
      () => client.reactions.add({ channel, timestamp: ts, name: REACTIONS[as] }),
      priority,
    ).catch(ignoring("already_reacted"));

  function inTheBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      log.info({ error: toBridgeError(error).message }, "mark.not-changed");
    });
  }

  /** Reading is repair: it waits as long as Slack wants, behind everything else. */
  async function readPatiently<Result>(
    thread: Thread,
    read: () => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result | "cannot-look"> {
    for (;;) {
      await extras.acquire(REPLIES, { priority: "low", signal });
      try {
        return await paced(extras, REPLIES, REPLIES, read, true);
      } catch (error) {
        // Other refusals are about this thread alone, e.g. because its root was deleted.
        const isForAll =
          error instanceof SlackApiError && error.disposition === "fatal" && !isGone(thread, error);
        if (isForAll) return "cannot-look";
        if (!(error instanceof RateLimitedError)) throw error;
      }
    }
  }

  const isGone = (thread: Thread, error: unknown) => meansGone(error, thread, channel);

  /**
   * False: the post is in its thread, whatever the answer showed.
   *
   * @throws {UncertainDeliveryError} it may be astray still
   */
  async function takeBackUnlessIn(thread: Thread, ts: string): Promise<boolean> {
    const { channel: at } = thread;
    const query = { channel: at, ts: thread.ts, oldest: ts, inclusive: true, limit: PAGE_SIZE };
    const read = () => client.conversations.replies(query);
    try {
      const { messages } = await callSlack(REPLIES, read, { idempotent: true }).catch(
        (error: unknown) => {
          if (!isSlacksWord(error)) throw error;
          return { messages: [] };
        },
      );
      if (messages?.some((message) => message.ts === ts)) return false;
      await takeBack(client, log, { channel: at, ts });
      return true;
    } catch (error) {
      throw new UncertainDeliveryError("chat.postMessage: perhaps astray", { cause: error });
    }
  }

  /** For a post that an earlier attempt may have sent to a thread that is not there. */
  async function takeStrayBack(at: string, mark: PostTag, since: number): Promise<void> {
    const place = { channel: at, threadTs: undefined, since };
    try {
      const found = await findPost(client, mark, place);
      if (typeof found === "object") await takeBack(client, log, { channel: at, ts: found.ts });
      else if (found === "cannot-look") log.error({ channel: at }, "stray.not-sought");
    } catch (error) {
      if (!isSlacksWord(error)) throw error;
      log.error({ channel: at, error: error.message }, "stray.not-sought");
    }
  }

  return {
    team,
    channel,
    identityOf: createIdentities(options.findUser, options.identity),
    namesOf: createNames(client, options.findUser),
    permalink: (thread) => makePermalink(options.workspaceUrl, thread),

    async acquire(signal, thread) {
      const askedAt = performance.now();
      await posts.acquire(thread?.channel ?? channel, { signal });
      return { saturated: performance.now() - askedAt > SATURATED_AFTER_MS };
    },

    async post(message, mark, thread) {
      const at = thread?.channel ?? channel;
      const send = ({ author, ...message }: SlackMessage) =>
        paced(
          posts,
          at,
          "chat.postMessage",
          () =>
            client.chat.postMessage({
              channel: at,
              ...defined({ thread_ts: thread?.ts }),
              ...toArguments(message),
              ...defined({ username: author?.name, icon_emoji: author?.icon }),
              metadata: toMetadata(mark),
              // A User's links must not fill the thread, nor fetch anything.
              unfurl_links: false,
              unfurl_media: false,
            }),
          false,
        );
      const answer = await withBlocksOrText(message, (outgoing) =>
        send(outgoing).catch((error: unknown) => {
          const isScope = error instanceof SlackApiError && error.slackError === "missing_scope";
          if (!isScope || !outgoing.author) throw error;
          log.warn({ scope: "chat:write.customize" }, "author.not-shown");
          const { author: _, ...anonymous } = outgoing;
          return send(anonymous);
        }),
      ).catch((error: unknown) => {
        throw thread && isGone(thread, error)
          ? new ThreadGoneError(thread, { cause: error })
          : error;
      });
      isMetadataKept = checkMetadata(answer, mark);
      if (!answer.ts) throw new UncertainDeliveryError("chat.postMessage: no ts in the answer");
      if (!thread) return { team, channel: at, ts: answer.ts };
      // Slack has no error for a thread that is not there: it posts into the open channel.
      const isAstray = answer.message && answer.message.thread_ts !== thread.ts;
      if (isAstray && (await takeBackUnlessIn(thread, answer.ts))) {
        throw new ThreadGoneError(thread);
      }
      return thread;
    },

    async find(mark, since, thread) {
      const at = thread?.channel ?? channel;
      try {
        const found = await findPost(client, mark, { channel: at, threadTs: thread?.ts, since });
        if (typeof found === "object") return thread ?? { team, channel, ts: found.ts };
        // Posts of which Slack dropped the metadata cannot be told from others.
        return isMetadataKept ? found : "cannot-look";
      } catch (error) {
        if (!isSlacksWord(error)) throw error;
        if (!thread || !isGone(thread, error)) return "cannot-look";
        await takeStrayBack(thread.channel, mark, since);
        throw new ThreadGoneError(thread, { cause: error });
      }
    },

    async threadOf(at, ts) {
      const ask = () => client.conversations.replies({ channel: at, ts, limit: 1 });
      const answer = await callSlack("conversations.replies", ask, { idempotent: true }).catch(
        () => undefined,
      );
      if (!answer) return "unknown";
      const message = answer.messages?.find((each) => each.ts === ts);
      if (!message?.thread_ts || message.thread_ts === ts) return "none";
      const thread = { team, channel: at, ts: message.thread_ts };
      return { thread, openedBy: message.parent_user_id };
    },

    async repliesAfter(thread, after, signal) {
      const replies: AgentReply[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < MAX_PAGES; pages++) {
        const query = {
          channel: thread.channel,
          ts: thread.ts,
          oldest: after,
          limit: PAGE_SIZE,
          ...defined({ cursor: cursor || undefined }),
        };
        const page = await readPatiently(thread, () => client.conversations.replies(query), signal);
        if (page === "cannot-look") return page;
        if (!page.messages) throw new NetworkError(`${REPLIES}: no messages in the answer`);
        for (const message of page.messages) {
          const reply = isLocked(message) ? undefined : parseThreadMessage(message, thread);
          // Files that the bridge itself shares come without a bot_id.
          if (reply && reply.ts > after && reply.agent !== options.botUserId) replies.push(reply);
        }
        cursor = page.response_metadata?.next_cursor || undefined;
        if (!cursor || replies.length >= MAX_REPLIES) break;
      }
      return replies;
    },

    async updateRoot(thread, message, mark) {
      await withBlocksOrText(message, (outgoing) =>
        extra("chat.update", () =>
          client.chat.update({
            channel: thread.channel,
            ts: thread.ts,
            ...toArguments(outgoing),
            metadata: toMetadata(mark),
          }),
        ),
      ).catch((error: unknown) => {
        throw isGone(thread, error) ? new ThreadGoneError(thread, { cause: error }) : error;
      });
    },

    async showTyping(thread, active) {
      await callSlack("assistant.threads.setStatus", () =>
        client.assistant.threads.setStatus({
          channel_id: thread.channel,
          thread_ts: thread.ts,
          status: active ? TYPING : "",
        }),
      ).catch((error: unknown) => {
        log.debug({ error: toBridgeError(error).message }, "typing.not-shown");
      });
    },

    mark: ({ channel: at }, ts, as) => react(at, ts, as),

    markLater({ channel: at }, ts, as) {
      if (extras.waitMs("reactions.add") + posts.waitMs(at) > MARK_PATIENCE_MS) return;
      inTheBackground(react(at, ts, as, "low"));
    },

    unmark({ channel: at }, ts, as) {
      const call = () =>
        client.reactions.remove({ channel: at, timestamp: ts, name: REACTIONS[as] });
      inTheBackground(extra("reactions.remove", call, "low").catch(ignoring("no_reaction")));
    },

    async tell(thread, agent, message) {
      await withBlocksOrText(message, (outgoing) =>
        callSlack("chat.postEphemeral", () =>
          client.chat.postEphemeral({
            channel: thread.channel,
            thread_ts: thread.ts,
            user: agent,
            ...toArguments(outgoing),
          }),
        ),
      );
    },
  };
}

/** Slack shows it behind the app's name: "Parley customer is typing…". */
const TYPING = "customer is typing…";
