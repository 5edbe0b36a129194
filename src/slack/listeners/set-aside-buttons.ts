import type { BlockAction, BlockElementAction, RespondFn } from "@slack/bolt";
import { parseSetAsideReply } from "../../convert/render-notice.ts";
import { toItemId } from "../../ids.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";

interface Click {
  readonly action: BlockElementAction;
  readonly body: BlockAction;
  readonly respond: RespondFn;
}

function replyOf({ action, body }: Click) {
  const value = "value" in action && typeof action.value === "string" ? action.value : "";
  const { item, ts } = parseSetAsideReply(value);
  return { item: toItemId(item), ts, at: { channel: body.channel?.id ?? "" } };
}

/** Sends a reply that was set aside or held. A second click finds nothing to send. */
export async function sendAgain(
  click: Click,
  { outbox, threads }: ListenerDependencies,
): Promise<void> {
  const { item, ts, at } = replyOf(click);
  const isBack = await outbox.revive(item);
  if (isBack) {
    threads.unmark(at, ts, "failed");
    threads.unmark(at, ts, "uncertain");
    threads.unmark(at, ts, "note");
  }
  await click.respond({
    replace_original: true,
    text: isBack ? ":outbox_tray: On its way." : "This was sent or dismissed already.",
  });
}

/** Has the User taken over for a refused reply, which then goes. A second click finds nothing to do. */
export async function takeOverAndSend(
  click: Click,
  { outbox, threads }: ListenerDependencies,
): Promise<void> {
  const { item, ts, at } = replyOf(click);
  const kept = await outbox.look(item);
  const isBack =
    kept?.body.kind === "reply" &&
    (await outbox.replace(item, { ...kept.body, takeOver: { by: click.body.user.id } })) &&
    (await outbox.revive(item));
  if (isBack) threads.unmark(at, ts, "failed");
  await click.respond({
    replace_original: true,
    text: isBack
      ? ":outbox_tray: Taking the User over; your reply goes as soon as their new thread is open."
      : "This was sent or dismissed already.",
  });
}

/** `arrived`: the agent knows that the User has it. */
export async function dismiss(
  click: Click,
  arrived: boolean,
  { outbox, threads }: ListenerDependencies,
): Promise<void> {
  const { item, ts, at } = replyOf(click);
  const isDismissed = await outbox.discard(item);
  if (isDismissed && arrived) {
    threads.unmark(at, ts, "uncertain");
    threads.markLater(at, ts, "delivered");
  }
  await click.respond({ delete_original: true });
}

/** Takes a reply back that is still held. */
export async function undo(click: Click, { outbox, threads }: ListenerDependencies): Promise<void> {
  const { item, ts, at } = replyOf(click);
  const isBack = await outbox.withdraw("undone", item);
  if (isBack) threads.markLater(at, ts, "note");
  await click.respond({
    replace_original: true,
    text: isBack
      ? ":lock: Not sent. Write it again when you are ready."
      : "Too late: it is on its way to the User already.",
  });
}
