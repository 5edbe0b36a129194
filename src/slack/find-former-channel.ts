import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { threadsOf } from "../bridge/conversation.ts";
import type { Conversations } from "../bridge/ports.ts";
import { type Thread, toConversationId } from "../ids.ts";
import { isSlacksWord } from "./refusals.ts";
import { callSlack } from "./web-api.ts";

/** By which name the bridge knows the channel of a thread of ours; `undefined`: by none. */
export type FindFormerChannel = (thread: Thread) => Promise<string | undefined>;

const ofRoot = z.looseObject({
  event_type: z.literal("parley_handover"),
  event_payload: z.looseObject({ conversation: z.string() }),
});

/**
 * Recognises a channel that has got another id of which no event has told (yet): the root of a thread in it names a conversation of
 * ours, whose thread has the same `ts` in a channel of another id.
 *
 * @throws {BridgeError} Slack does not say now
 */
export const createFindFormerChannel =
  (client: WebClient, conversations: Pick<Conversations, "byId">): FindFormerChannel =>
  async ({ channel, ts }) => {
    const query = { channel, ts, limit: 1, include_all_metadata: true };
    const answer = await callSlack(
      "conversations.replies",
      () => client.conversations.replies(query),
      { idempotent: true },
    ).catch((error: unknown) => {
      if (isSlacksWord(error)) return undefined;
      throw error;
    });
    const root = answer?.messages?.find((message) => message.ts === ts);
    const named = ofRoot.safeParse(root?.metadata);
    if (!named.success) return undefined;
    const id = toConversationId(named.data.event_payload.conversation);
    const conversation = await conversations.byId(id);
    const threads = conversation ? threadsOf(conversation) : [];
    return threads.find((known) => known.ts === ts)?.channel;
  };
