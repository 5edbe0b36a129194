import type { BlockAction, BlockElementAction, RespondFn } from "@slack/bolt";
import { toItemId } from "../../ids.ts";
import type { ListenerDependencies } from "./register-listeners.ts";

interface Click {
  readonly action: BlockElementAction;
  readonly body: BlockAction;
  readonly respond: RespondFn;
}

const itemOf = (action: BlockElementAction) =>
  toItemId("value" in action && typeof action.value === "string" ? action.value : "");

/** Sends a reply again that was set aside. A second click finds nothing to send. */
export async function sendAgain(
  { action, respond }: Click,
  { outbox }: ListenerDependencies,
): Promise<void> {
  const isBack = await outbox.revive(itemOf(action));
  await respond({
    replace_original: true,
    text: isBack ? ":outbox_tray: Sending it again." : "This was sent again or dismissed already.",
  });
}

export async function dismiss(
  { action, respond }: Click,
  { outbox }: ListenerDependencies,
): Promise<void> {
  await outbox.discard(itemOf(action));
  await respond({ delete_original: true });
}
