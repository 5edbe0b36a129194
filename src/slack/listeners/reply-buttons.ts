import type { RespondFn } from "@slack/bolt";
import { z } from "zod";
import type { Thread } from "../../ids.ts";
import type { UndecidedReply } from "../../views/actions.ts";
import { type Decided, renderDecided } from "../../views/decided.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Press } from "./requests.ts";

/** Where a button is. Slack may leave the thread out if only one agent sees the message. */
const container = z.looseObject({
  channel_id: z.string(),
  thread_ts: z.string().optional(),
});

/** What somebody has decided about a reply, with all that is needed to act on it. */
interface Decision extends UndecidedReply, ListenerDependencies {
  /** The channel of the reply. */
  at: { channel: string };
  /** Slack id of who decides. */
  agent: string;
  respond: RespondFn;
}

/**
 * A button counts only in the thread of its reply, or in the one where the conversation goes on: somebody may have forwarded
 * the message to another channel. If the reply is settled nobody knows its thread any more, but `act` finds nothing to do then.
 */
const inItsThread =
  (act: (decision: Decision) => Promise<void>) =>
  async (
    { value, body, respond }: Press<UndecidedReply>,
    dependencies: ListenerDependencies,
  ): Promise<void> => {
    const { outbox, conversations, texts, log } = dependencies;
    const refuse = (outcome: Decided) => {
      const text = renderDecided(outcome, texts);
      return respond({ response_type: "ephemeral", replace_original: false, text });
    };
    if (!value) return void (await refuse("settled"));
    const { item } = value;
    const place = container.safeParse(body.container).data;
    const channel = place?.channel_id ?? body.channel?.id ?? "";
    const found = await outbox.find(item);
    if (found?.body.kind === "reply") {
      const { thread } = found.body.reply;
      const isIn = (own: Thread) =>
        own.channel === channel && [own.ts, undefined].includes(place?.thread_ts);
      const current = isIn(thread) ? thread : (await conversations.byThread(thread))?.thread;
      if (!current || !isIn(current)) {
        log.warn({ item, channel, thread: place?.thread_ts }, "button.elsewhere");
        return void (await refuse("elsewhere"));
      }
    }
    await act({ ...dependencies, ...value, at: { channel }, agent: body.user.id, respond });
  };

/** Answers in the place of the buttons, so that nobody presses them again. */
const say = ({ respond, texts }: Decision, outcome: Decided): Promise<unknown> =>
  respond({ replace_original: true, text: renderDecided(outcome, texts) });

/** Sends a reply that is held or a dead letter. A second press finds nothing to send. */
export const sendAgain = inItsThread(async (decision) => {
  const { item, ts, at, outbox, reactions } = decision;
  const isBack = await outbox.requeue(item);
  if (isBack) {
    reactions.unmark(at, ts, "failed");
    reactions.unmark(at, ts, "uncertain");
    reactions.unmark(at, ts, "note");
  }
  await say(decision, isBack ? "onItsWay" : "settled");
});

/** Sends a refused reply after the User has been taken over for it. A second press finds nothing to do. */
export const takeOver = inItsThread(async (decision) => {
  const { item, ts, at, agent, outbox, reactions } = decision;
  const kept = await outbox.find(item);
  // In one step: if somebody else has pressed, what is known of their take over must not be lost.
  const isBack =
    kept?.body.kind === "reply" &&
    (await outbox.requeue(item, {
      ...kept.body,
      takeOver: { ...kept.body.takeOver, by: agent },
    }));
  if (isBack) reactions.unmark(at, ts, "failed");
  await say(decision, isBack ? "takingOver" : "settled");
});

/** Gives the reply up for good. */
export const dismiss = inItsThread(async ({ item, respond, outbox }) => {
  await outbox.discard(item);
  await respond({ delete_original: true });
});

/** The agent knows that the User has got the uncertain reply, so it needs nothing more. */
export const itArrived = inItsThread(async ({ item, ts, at, respond, outbox, reactions }) => {
  if (await outbox.discard(item)) {
    reactions.unmark(at, ts, "uncertain");
    reactions.markLater(at, ts, "delivered");
  }
  await respond({ delete_original: true });
});

/** Keeps a reply inside that has not gone yet; a note is marked in the same way. */
export const undo = inItsThread(async (decision) => {
  const { item, ts, at, outbox, reactions } = decision;
  const isBack = await outbox.cancel(item);
  if (isBack) reactions.markLater(at, ts, "note");
  await say(decision, isBack ? "undone" : "tooLate");
});
