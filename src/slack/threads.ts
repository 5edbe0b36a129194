import type { ChatPostMessageResponse, WebClient } from "@slack/web-api";
import type { AgentReply } from "../bridge/events.ts";
import type { Mark, PostMark, Threads } from "../bridge/ports.ts";
import type { SlackMessage } from "../convert/slack-message.ts";
import type { Pacer } from "../delivery/pacer.ts";
import {
  NetworkError,
  RateLimitedError,
  SlackApiError,
  toBridgeError,
  UncertainDeliveryError,
} from "../errors.ts";
import type { Log } from "../log.ts";
import { createIdentities, type IdentityOverrides } from "./identity.ts";
import { toArguments } from "./message-arguments.ts";
import { createNames } from "./names.ts";
import { parseThreadMessage } from "./parse-message-event.ts";
import { makePermalink } from "./permalink.ts";
import { isMarked, toMetadata } from "./post-metadata.ts";
import { isLocked, REACTIONS } from "./reactions.ts";
import { refusesBlocks } from "./refusals.ts";
import type { FindUser } from "./users.ts";
import { callSlack } from "./web-api.ts";

export interface ThreadsOptions {
  readonly client: WebClient;
  readonly team: string;
  /** Of the workspace, ends in `/`. */
  readonly workspaceUrl: string;
  readonly channel: string;
  readonly botUserId: string;
  readonly identity: IdentityOverrides;
  readonly findUser: FindUser;
  /** Posts, by channel. */
  readonly posts: Pacer;
  /** Updates and reactions, by method. */
  readonly extras: Pacer;
  readonly log: Log;
}

/** A wait longer than this for a place says that the channel is busy. */
const SATURATED_AFTER_MS = 250;
/** Marks of success that would have to wait longer than this are left out: nobody misses them. */
const MARK_PATIENCE_MS = 10_000;
const REPLIES = "conversations.replies";
/** What Slack's answer may hold; some apps get no more than 15 whatever they ask for. */
const PAGE_SIZE = 100;
/** For one look, and for one reading of a thread; the next one goes on where it ended. */
const MAX_PAGES = 10;
const MAX_PAGES_OF_THREAD = 50;
/** Slack's clock and ours may differ by this much. */
const CLOCK_SKEW_MS = 60_000;

/** Slack's side of the conversations: posts, updates, marks, notices. */
export function createThreads(options: ThreadsOptions): Threads {
  const { client, team, channel, posts, extras, log } = options;

  /** As of the newest post. */
  let isMetadataKept = true;

  /** Slack only warns when it drops metadata, and "posted once" rests on it. */
  function checkMetadata(
    { message, response_metadata: about }: ChatPostMessageResponse,
    mark: PostMark,
  ): boolean {
    // An answer without the message does not tell.
    if (!message || isMarked(message.metadata, mark)) return true;
    log.error({ mark: mark.kind, warnings: about?.warnings ?? [] }, "metadata.dropped");
    return false;
  }

  /** What Slack asks to wait is obeyed for all calls of that kind, not just for the one that was refused. */
  async function paced<Result>(
    pacer: Pacer,
    key: string,
    method: string,
    call: () => Promise<Result>,
    idempotent: boolean,
  ): Promise<Result> {
    try {
      return await callSlack(method, call, { idempotent });
    } catch (error) {
      if (error instanceof RateLimitedError) pacer.pause(key, error.retryAfterMs);
      throw error;
    }
  }

  /** Goes out when its method's pace allows; low priority behind what must not be missing. */
  async function extra(
    method: string,
    call: () => Promise<unknown>,
    priority?: "low",
  ): Promise<void> {
    await extras.turn(method, priority ? { priority } : {});
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
    read: () => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result | "cannot-look"> {
    for (;;) {
      await extras.turn(REPLIES, { priority: "low", signal });
      try {
        return await paced(extras, REPLIES, REPLIES, read, true);
      } catch (error) {
        // Other refusals are about this thread alone, e.g. because its root was deleted.
        if (error instanceof SlackApiError && error.disposition === "fatal") return "cannot-look";
        if (!(error instanceof RateLimitedError)) throw error;
      }
    }
  }

  return {
    team,
    channel,
    identityOf: createIdentities(options.findUser, options.identity),
    namesOf: createNames(client),
    permalink: (thread) => makePermalink(options.workspaceUrl, thread),

    async turn(signal, thread) {
      const askedAt = performance.now();
      await posts.turn(thread?.channel ?? channel, { signal });
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
              ...(thread && { thread_ts: thread.ts }),
              ...toArguments(message),
              ...(author && { username: author.name, icon_emoji: author.icon }),
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
      );
      isMetadataKept = checkMetadata(answer, mark);
      if (!answer.ts) throw new UncertainDeliveryError("chat.postMessage: no ts in the answer");
      return thread ?? { team, channel: at, ts: answer.ts };
    },

    async find(mark, since, thread) {
      const oldest = String((since - CLOCK_SKEW_MS) / 1000);
      const query = {
        channel: thread?.channel ?? channel,
        oldest,
        limit: PAGE_SIZE,
        include_all_metadata: true,
      };
      let cursor: string | undefined;
      try {
        for (let page = 0; page < MAX_PAGES; page++) {
          const at = { ...query, ...(cursor && { cursor }) };
          const answer = thread
            ? await callSlack(
                REPLIES,
                () => client.conversations.replies({ ...at, ts: thread.ts }),
                { idempotent: true },
              )
            : await callSlack("conversations.history", () => client.conversations.history(at), {
                idempotent: true,
              });
          if (!answer.messages) throw new NetworkError("No messages in Slack's answer");
          const found = answer.messages.find(({ metadata }) => isMarked(metadata, mark));
          if (found?.ts) return thread ?? { team, channel, ts: found.ts };
          cursor = answer.response_metadata?.next_cursor || undefined;
          // Posts of which Slack dropped the metadata cannot be told from others.
          if (!cursor) return isMetadataKept ? "not-there" : "cannot-look";
        }
        return "cannot-look";
      } catch (error) {
        if (error instanceof SlackApiError) return "cannot-look";
        throw error;
      }
    },

    async repliesAfter(thread, after, signal) {
      const replies: AgentReply[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < MAX_PAGES_OF_THREAD; pages++) {
        const query = {
          channel: thread.channel,
          ts: thread.ts,
          oldest: after,
          limit: PAGE_SIZE,
          ...(cursor && { cursor }),
        };
        const page = await readPatiently(() => client.conversations.replies(query), signal);
        if (page === "cannot-look") return page;
        if (!page.messages) throw new NetworkError(`${REPLIES}: no messages in the answer`);
        for (const message of page.messages) {
          const reply = isLocked(message) ? undefined : parseThreadMessage(message, thread);
          // Files that the bridge itself shares come without a bot_id.
          if (reply && reply.ts > after && reply.agent !== options.botUserId) replies.push(reply);
        }
        cursor = page.response_metadata?.next_cursor || undefined;
        if (!cursor) break;
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
      );
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
