import type { WebClient } from "@slack/web-api";
import type { PostTag } from "../bridge/ports.ts";
import { UncertainDeliveryError } from "../errors.ts";
import type { Thread } from "../ids.ts";
import type { Log } from "../log.ts";
import type { Texts } from "../views/texts/en.ts";
import { findPost, PAGE_SIZE } from "./find-post.ts";
import { isSlacksWord } from "./refusals.ts";
import { callSlack } from "./web-api.ts";

interface TakeBackDependencies {
  client: WebClient;
  texts: Pick<Texts, "astray">;
  log: Log;
}

/** Takes a post back that went into the open channel. Safe to repeat; what Slack refuses is only logged. */
export async function takeBack(
  { client, texts, log }: TakeBackDependencies,
  { channel, ts }: { channel: string; ts: string },
): Promise<void> {
  const text = `:wastebasket: ${texts.astray}`;
  const steps = [
    () => callSlack("chat.delete", () => client.chat.delete({ channel, ts }), { idempotent: true }),
    () =>
      callSlack("chat.update", () => client.chat.update({ channel, ts, text }), {
        idempotent: true,
      }),
  ];
  for (const step of steps) {
    try {
      await step();
      return log.warn({ channel, ts }, "stray.taken-back");
    } catch (error) {
      if (!isSlacksWord(error)) throw error;
      if (error.slackError === "message_not_found") return;
      log.error({ channel, ts, error: error.message }, "stray.not-taken-back");
    }
  }
}

/**
 * Takes back a post that should be in this thread but, as Slack's answer said, is not. False: it is there after all.
 *
 * @throws {UncertainDeliveryError} it may be astray still
 */
export async function takeBackUnlessIn(
  dependencies: TakeBackDependencies,
  { channel, ts: threadTs }: Thread,
  ts: string,
): Promise<boolean> {
  const query = { channel, ts: threadTs, oldest: ts, inclusive: true, limit: PAGE_SIZE };
  const read = () => dependencies.client.conversations.replies(query);
  try {
    const { messages } = await callSlack("conversations.replies", read, { idempotent: true }).catch(
      (error: unknown) => {
        if (!isSlacksWord(error)) throw error;
        return { messages: [] };
      },
    );
    if (messages?.some((message) => message.ts === ts)) return false;
    await takeBack(dependencies, { channel, ts });
    return true;
  } catch (error) {
    throw new UncertainDeliveryError("chat.postMessage: perhaps astray", { cause: error });
  }
}

/** Takes back what an earlier attempt may have posted for a thread that is not there. */
export async function takeStrayBack(
  dependencies: TakeBackDependencies & { botId: string },
  channel: string,
  { tag, since }: { tag: PostTag; since: number },
): Promise<void> {
  const { client, botId, log } = dependencies;
  try {
    const found = await findPost(client, tag, { channel, threadTs: undefined, since, botId });
    if (typeof found === "object") await takeBack(dependencies, { channel, ts: found.ts });
    else if (found === "cannot-look") log.error({ channel }, "stray.not-sought");
  } catch (error) {
    if (!isSlacksWord(error)) throw error;
    log.error({ channel, error: error.message }, "stray.not-sought");
  }
}
