import { renderFailedReply, renderSetAside } from "../convert/render-notice.ts";
import type { Handler, Item, LastWords, Work } from "../delivery/lanes.ts";
import {
  BridgeError,
  ConversationClosedError,
  NotOwnerError,
  NotPermittedError,
  toBridgeError,
  WithdrawnError,
} from "../errors.ts";
import { makeThreadKey, toUserId } from "../ids.ts";
import { adviceFor } from "./advice.ts";
import { withAgentMessage } from "./conversation.ts";
import type { DelayMarks } from "./delay-marks.ts";
import { recordTakenAway } from "./end-conversation.ts";
import type { AgentReply, OutboxBody } from "./events.ts";
import { handBack } from "./hand-back.ts";
import type { Notifier, Words } from "./notify.ts";
import { nameService } from "./owner.ts";
import type { Conversations, Parley, Permissions, Threads } from "./ports.ts";
import { adviceForRefusal } from "./refusal.ts";
import { type SendReplyDependencies, type Sent, sendReply } from "./send-reply.ts";

/** The lane of notices about threads that belong to no conversation (any more). */
const NOBODY = toUserId("none");

export interface OutboxDependencies extends SendReplyDependencies {
  readonly parley: Parley;
  readonly threads: Threads;
  readonly conversations: Conversations;
  readonly notifier: Notifier;
  readonly delays: DelayMarks;
  readonly permissions: Permissions;
  readonly now: () => number;
}

/** Handles what waits for Parley, one item of a thread at a time, in the order in which people wrote. */
export function createSlackEventHandler(dependencies: OutboxDependencies): Handler<OutboxBody> {
  return async (work) => {
    const { body } = work.item;
    switch (body.kind) {
      case "reply":
        return await relay(work, body, dependencies);
      case "hand-back":
        return await handBack(work, body.request, dependencies);
    }
  };
}

/** Tells the writer of a reply that it was set aside, with buttons to send it again or to dismiss it. */
export function createSlackEventLastWords({
  conversations,
  notifier,
}: Pick<OutboxDependencies, "conversations" | "notifier">): LastWords<OutboxBody, Words> {
  return {
    prepare: async (item, error) =>
      item.body.kind === "reply"
        ? await wordsAbout(item, item.body.reply, error, conversations)
        : undefined,
    say: (item, { userId, purpose, notice }) => notifier.notice(userId, item, purpose, notice),
  };
}

/**
 * Sends an agent's reply to the User, if the User is ours. Nothing is ever sent twice on a guess: the mark that is
 * written before the request makes an attempt that finds it stop and ask the agent.
 */
async function relay(
  work: Work<OutboxBody>,
  body: OutboxBody & { readonly kind: "reply" },
  dependencies: OutboxDependencies,
): Promise<void> {
  const { parley, threads, conversations, notifier, delays, permissions } = dependencies;
  const { reply } = body;
  let sent: Sent;
  const conversation = await conversations.byThread(reply.thread);
  // Slack shows a root before its answer has reached us: this may be the thread of a conversation without one yet.
  if (!conversation && conversations.open().some(({ thread }) => thread === undefined)) {
    throw new BridgeError("The thread is not recorded yet", {
      code: "unexpected",
      disposition: "retry",
    });
  }
  try {
    const refusal = await permissions.refusalOf(reply);
    if (refusal) throw new NotPermittedError(reply.agent, refusal, adviceForRefusal(refusal));
    if (conversation?.state !== "open") {
      throw new ConversationClosedError(conversation?.id ?? makeThreadKey(reply.thread));
    }
    sent = await sendReply(work, body, conversation, dependencies);
  } catch (thrown) {
    const error = toBridgeError(thrown);
    // Its writer has just done that, or changed the text: there is nothing to tell.
    if (error instanceof WithdrawnError) throw error;
    if (error instanceof NotOwnerError && conversation) {
      const to = await nameService(parley, error.owner);
      await recordTakenAway(conversation, to, dependencies);
    }
    // Refused replies are not set aside: the text is in Slack, and its writer knows.
    if (error.disposition === "ignore") {
      const words = await wordsAbout(work.item, reply, error, conversations);
      await notifier.notice(words.userId, work.item.id, words.purpose, words.notice);
    }
    throw error;
  }
  if (sent === "nothing") return;
  await conversations.update(conversation.id, withAgentMessage);
  if (sent === "all") threads.markLater(reply.thread, reply.ts, "delivered");
  delays.end(work.item, reply);
}

/** To the writer of a reply that did not (surely) reach the User. */
async function wordsAbout(
  item: Pick<Item<OutboxBody>, "id" | "appendedAt">,
  reply: AgentReply,
  error: BridgeError,
  conversations: Conversations,
): Promise<Words> {
  const conversation = await conversations.byThread(reply.thread);
  const outcome =
    error.disposition === "ignore"
      ? "refused"
      : error.disposition === "uncertain"
        ? "uncertain"
        : "failed";
  const advice = adviceFor(error, conversation);
  const setAside = outcome === "refused" ? undefined : { item: item.id, ts: reply.ts };
  return {
    userId: conversation?.userId ?? NOBODY,
    // `appendedAt` is new when an agent sends a reply again, so a second failure is told again.
    purpose: `${outcome} ${item.appendedAt}`,
    notice: {
      thread: reply.thread,
      message: renderFailedReply(outcome, advice, setAside),
      onlyFor: reply.agent,
      mark: { ts: reply.ts, as: outcome === "uncertain" ? "uncertain" : "failed" },
      ...(setAside && {
        // What can be sent again has to be there when the agent comes back, and for colleagues.
        forAll: renderSetAside(outcome, reply.agent, setAside),
        about: { reply: item.id, since: item.appendedAt },
        ifUnclear: "nothing" as const,
      }),
    },
  };
}
