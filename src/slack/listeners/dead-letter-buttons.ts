import type { BlockAction, BlockElementAction, RespondFn } from "@slack/bolt";
import { z } from "zod";
import { type ItemId, type Thread, toItemId } from "../../ids.ts";
import { parseDeadReply } from "../../views/notices.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";

interface Click {
  action: BlockElementAction;
  body: BlockAction;
  respond: RespondFn;
}

/** The reply that a button belongs to. */
interface Target {
  item: ItemId;
  /** Of the agent's message. */
  ts: string;
  at: { channel: string };
}

/** The place of a button. For a message that only one agent sees Slack may leave the thread out. */
const container = z.looseObject({
  channel_id: z.string(),
  thread_ts: z.string().optional(),
});

/**
 * Runs `act` if the button is in the thread of its own reply or in the one where the conversation goes on, or if the reply
 * is settled. A button that somebody has forwarded elsewhere does nothing.
 */
async function inItsThread(
  click: Click,
  dependencies: ListenerDependencies,
  act: (target: Target) => Promise<void>,
): Promise<void> {
  const { outbox, conversations, log } = dependencies;
  const { action, body, respond } = click;
  const value = "value" in action && typeof action.value === "string" ? action.value : "";
  const { item: id, ts } = parseDeadReply(value);
  const item = toItemId(id);
  const place = container.safeParse(body.container).data;
  const channel = place?.channel_id ?? body.channel?.id ?? "";
  const found = await outbox.look(item);
  if (found?.body.kind === "reply") {
    const { thread } = found.body.reply;
    const isIn = (own: Thread) =>
      own.channel === channel && [own.ts, undefined].includes(place?.thread_ts);
    const current = isIn(thread) ? thread : (await conversations.byThread(thread))?.thread;
    if (!current || !isIn(current)) {
      log.warn({ item, channel, thread: place?.thread_ts }, "button.elsewhere");
      const text = "This button belongs to another thread. Press it there.";
      return void (await respond({ response_type: "ephemeral", replace_original: false, text }));
    }
  }
  await act({ item, ts, at: { channel } });
}

/** Sends a reply that is a dead letter or held. A second click finds nothing to send. */
export const sendAgain = (click: Click, dependencies: ListenerDependencies): Promise<void> =>
  inItsThread(click, dependencies, async ({ item, ts, at }) => {
    const { outbox, reactions } = dependencies;
    const isBack = await outbox.requeue(item);
    if (isBack) {
      reactions.unmark(at, ts, "failed");
      reactions.unmark(at, ts, "uncertain");
      reactions.unmark(at, ts, "note");
    }
    await click.respond({
      replace_original: true,
      text: isBack ? ":outbox_tray: On its way." : "This was sent or dismissed already.",
    });
  });

/** Has the User taken over for a refused reply, which is then sent. A second click finds nothing to do. */
export const takeOverAndSend = (click: Click, dependencies: ListenerDependencies): Promise<void> =>
  inItsThread(click, dependencies, async ({ item, ts, at }) => {
    const { outbox, reactions } = dependencies;
    const kept = await outbox.look(item);
    const isBack =
      kept?.body.kind === "reply" &&
      (await outbox.replace(item, {
        ...kept.body,
        takeOver: { ...kept.body.takeOver, by: click.body.user.id },
      })) &&
      (await outbox.requeue(item));
    if (isBack) reactions.unmark(at, ts, "failed");
    await click.respond({
      replace_original: true,
      text: isBack
        ? ":outbox_tray: Taking the User over; your reply goes as soon as their new thread is open."
        : "This was sent or dismissed already.",
    });
  });

/** `arrived`: the agent knows that the User has it. */
export const dismiss = (
  click: Click,
  arrived: boolean,
  dependencies: ListenerDependencies,
): Promise<void> =>
  inItsThread(click, dependencies, async ({ item, ts, at }) => {
    const { outbox, reactions } = dependencies;
    const isDismissed = await outbox.discard(item);
    if (isDismissed && arrived) {
      reactions.unmark(at, ts, "uncertain");
      reactions.markLater(at, ts, "delivered");
    }
    await click.respond({ delete_original: true });
  });

/** Takes a reply back that is still held. */
export const undo = (click: Click, dependencies: ListenerDependencies): Promise<void> =>
  inItsThread(click, dependencies, async ({ item, ts, at }) => {
    const { outbox, reactions } = dependencies;
    const isBack = await outbox.cancel("undone", item);
    if (isBack) reactions.markLater(at, ts, "note");
    await click.respond({
      replace_original: true,
      text: isBack
        ? ":lock: Not sent. Write it again when you are ready."
        : "Too late: it is on its way to the User already.",
    });
  });
