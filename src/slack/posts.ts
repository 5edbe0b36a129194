import type { ChatPostMessageResponse, WebClient } from "@slack/web-api";
import type { Place, Posts, PostTag } from "../bridge/ports.ts";
import type { RichMessage, SlackMessage } from "../convert/to-slack/slack-message.ts";
import { defined } from "../defined.ts";
import {
  SlackApiError,
  ThreadGoneError,
  toBridgeError,
  UncertainDeliveryError,
} from "../errors.ts";
import type { Thread } from "../ids.ts";
import type { Log } from "../log.ts";
import type { Texts } from "../views/texts/en.ts";
import { findPost } from "./find-post.ts";
import { toArguments } from "./message-arguments.ts";
import type { OptionalScopes } from "./optional-scopes.ts";
import { callExtra, callPaced, type Pace } from "./pace.ts";
import { hasTag, toMetadata } from "./post-metadata.ts";
import { isSlacksWord, meansGone, refusesBlocks } from "./refusals.ts";
import { takeBackUnlessIn, takeStrayBack } from "./take-back.ts";
import { callSlack } from "./web-api.ts";

export interface PostsOptions {
  client: WebClient;
  team: string;
  /** Those of the teams. */
  channels: readonly string[];
  botId: string;
  pace: Pace;
  optionalScopes: Pick<OptionalScopes, "has" | "refused">;
  texts: Pick<Texts, "astray" | "typing">;
  log: Log;
}

type Send<Result> = (message: SlackMessage) => Promise<Result>;
type Warn = (error: SlackApiError) => void;

/** Whoever waits longer than this for the channel's pace finds it busy. */
const SATURATED_AFTER_MS = 250;
const AUTHOR_SCOPE = "chat:write.customize";

export function createPosts(options: PostsOptions): Posts {
  const { client, team, channels, botId, pace, optionalScopes, texts, log } = options;
  /** Slack drops metadata with no more than a warning, but without it a post cannot be found again. */
  function checkMetadata(
    { message, response_metadata: about }: ChatPostMessageResponse,
    tag: PostTag,
  ): void {
    // Without the message nobody knows.
    if (!message || hasTag(message.metadata, tag)) return;
    log.error({ mark: tag.kind, warnings: about?.warnings ?? [] }, "metadata.dropped");
  }

  /** A message whose blocks or author Slack refuses goes without them: better plain than not at all. */
  const orWithout =
    (field: "blocks" | "author", isRefused: (slackError: string) => boolean, warn: Warn) =>
    async <Result>(message: SlackMessage, send: Send<Result>): Promise<Result> => {
      try {
        return await send(message);
      } catch (error) {
        if (!(error instanceof SlackApiError) || !isRefused(error.slackError)) throw error;
        if (!message[field]) throw error;
        warn(error);
        const { [field]: _, ...rest } = message;
        return await send(rest);
      }
    };
  const orText = orWithout("blocks", refusesBlocks, ({ message }) =>
    log.error({ error: message }, "blocks.refused"),
  );
  let takesRich = true;
  /** A look that Slack has refused once it is not given again. */
  async function withBlocksOrText<Result>(
    { plainBlocks, ...rich }: RichMessage,
    send: Send<Result>,
  ): Promise<Result> {
    if (plainBlocks === undefined) return await orText(rich, send);
    if (takesRich) {
      try {
        return await send(rich);
      } catch (error) {
        if (!(error instanceof SlackApiError) || !refusesBlocks(error.slackError)) throw error;
        takesRich = false;
        log.warn({ error: error.message }, "blocks.plain");
      }
    }
    return await orText({ ...rich, blocks: plainBlocks }, send);
  }
  const withAuthorOrNone = orWithout(
    "author",
    (slackError) => slackError === "missing_scope",
    () => optionalScopes.refused(AUTHOR_SCOPE),
  );

  const postTo =
    ({ channel, ts }: Place, tag: PostTag) =>
    ({ author, ...message }: SlackMessage): Promise<ChatPostMessageResponse> =>
      callPaced(pace.posts, channel, { method: "chat.postMessage", idempotent: false }, () =>
        client.chat.postMessage({
          channel,
          ...defined({ thread_ts: ts }),
          ...toArguments(message),
          ...defined({ username: author?.name, icon_emoji: author?.icon }),
          metadata: toMetadata(tag),
          // A User's links must not fill the thread, nor fetch anything.
          unfurl_links: false,
          unfurl_media: false,
        }),
      );

  async function update(
    { channel, ts }: Pick<Thread, "channel" | "ts">,
    message: RichMessage,
    tag: PostTag,
  ): Promise<void> {
    await withBlocksOrText(message, (outgoing) =>
      callExtra(pace, "chat.update", () =>
        client.chat.update({ channel, ts, ...toArguments(outgoing), metadata: toMetadata(tag) }),
      ),
    );
  }

  const isGone = (thread: Thread, error: unknown) => meansGone(error, thread, channels);
  const asGone = (thread: Thread, error: unknown): unknown =>
    isGone(thread, error) ? new ThreadGoneError(thread, { cause: error }) : error;

  return {
    async acquire(signal, { channel }) {
      const askedAt = performance.now();
      await pace.posts.acquire(channel, { signal });
      return { saturated: performance.now() - askedAt > SATURATED_AFTER_MS };
    },

    async post(message, tag, to) {
      const send = postTo(to, tag);
      const { author: _, ...anonymous } = message;
      const shown = optionalScopes.has(AUTHOR_SCOPE) ? message : anonymous;
      const answer = await withBlocksOrText(shown, (outgoing) =>
        withAuthorOrNone(outgoing, send),
      ).catch((error: unknown) => {
        throw isThread(to) ? asGone(to, error) : error;
      });
      checkMetadata(answer, tag);
      if (!answer.ts) throw new UncertainDeliveryError("chat.postMessage: no ts in the answer");
      const { ts } = answer;
      if (!isThread(to)) return { thread: { team, channel: to.channel, ts }, ts };
      // Slack has no error for a thread that is not there: it posts into the open channel.
      const isAstray = answer.message && answer.message.thread_ts !== to.ts;
      if (isAstray && (await takeBackUnlessIn(options, to, ts))) {
        throw new ThreadGoneError(to);
      }
      return { thread: to, ts };
    },

    async find(tag, since, at) {
      const { channel, ts: threadTs } = at;
      try {
        const found = await findPost(client, tag, { channel, threadTs, since, botId });
        if (typeof found !== "object") return found;
        const { ts } = found;
        return { thread: isThread(at) ? at : { team, channel, ts }, ts };
      } catch (error) {
        if (!isSlacksWord(error)) throw error;
        if (!isThread(at) || !isGone(at, error)) return "cannot-look";
        await takeStrayBack(options, channel, { tag, since });
        throw new ThreadGoneError(at, { cause: error });
      }
    },

    async updateRoot(thread, message, tag) {
      await update(thread, message, tag).catch((error: unknown) => {
        throw asGone(thread, error);
      });
    },

    async updateIn({ team: of, channel, ts: root }, ts, message, tag) {
      await update({ channel, ts }, message, tag).catch((error: unknown) => {
        if (error instanceof SlackApiError && error.slackError === "message_not_found") return;
        throw asGone({ team: of, channel, ts: root }, error);
      });
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

    async showTyping(thread, active) {
      await callSlack("assistant.threads.setStatus", () =>
        client.assistant.threads.setStatus({
          channel_id: thread.channel,
          thread_ts: thread.ts,
          status: active ? texts.typing : "",
        }),
      ).catch((error: unknown) => {
        log.debug({ error: toBridgeError(error).message }, "typing.not-shown");
      });
    },
  };
}

const isThread = (place: Place): place is Thread => place.ts !== undefined;
