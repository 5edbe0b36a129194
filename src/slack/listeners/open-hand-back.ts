import type { RespondFn } from "@slack/bolt";
import type { ModalView, WebClient } from "@slack/web-api";
import { toBridgeError } from "../../errors.ts";
import type { Thread } from "../../ids.ts";
import { renderFormNotOpened } from "../../views/form-not-opened.ts";
import { renderHandBackForm } from "../../views/hand-back-form.ts";
import { nameOf } from "../../views/name-of.ts";
import { withinTime } from "../../within-time.ts";
import { callSlack } from "../web-api.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Press, ShortcutCall } from "./requests.ts";

/** A modal has to open within 3 s. If Parley is too slow for that, one that offers only the bot is better than none. */
const SERVICES_TIMEOUT_MS = 1_500;

interface Origin {
  thread: Thread;
  agent: string;
  trigger: string;
  client: WebClient;
  respond: RespondFn | undefined;
}

export async function openHandBackFromShortcut(
  { shortcut, client, respond }: ShortcutCall,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { message, message_ts, channel, user, trigger_id } = shortcut;
  const ts = typeof message.thread_ts === "string" ? message.thread_ts : message_ts;
  const thread = { team: dependencies.team, channel: channel.id, ts };
  await open({ thread, agent: user.id, trigger: trigger_id, client, respond }, dependencies);
}

export async function openHandBackFromButton(
  { body, client, respond }: Omit<Press<unknown>, "value">,
  dependencies: ListenerDependencies,
): Promise<void> {
  const channel = body.channel?.id ?? String(body.container.channel_id);
  const ts = body.message?.thread_ts ?? body.message?.ts ?? String(body.container.message_ts);
  const thread = { team: dependencies.team, channel, ts };
  const { user, trigger_id } = body;
  await open({ thread, agent: user.id, trigger: trigger_id, client, respond }, dependencies);
}

async function open(origin: Origin, dependencies: ListenerDependencies): Promise<void> {
  const { conversations, parley, botService, texts, log } = dependencies;
  const { thread, client, trigger } = origin;
  const conversation = await conversations.byThread(thread);
  if (conversation?.state !== "open") {
    const { isOver, noConversation } = texts.handBackForm;
    return await answer(origin, conversation ? isOver : noConversation, dependencies);
  }
  const services = await withinTime(parley.services(), SERVICES_TIMEOUT_MS, undefined).catch(
    () => undefined,
  );
  const others = services?.filter(({ id }) => id !== parley.self);
  const form = {
    userName: nameOf(conversation, texts),
    thread,
    services: others?.length ? others : [{ id: botService, name: texts.handBackForm.bot }],
    preferred: botService,
  };
  const view = renderHandBackForm(form, texts);
  try {
    await callSlack("views.open", () =>
      client.views.open({ trigger_id: trigger, view: view as unknown as ModalView }),
    );
  } catch (thrown) {
    const error = toBridgeError(thrown);
    log.warn({ error: error.message }, "modal.not-opened");
    await answer(origin, renderFormNotOpened(error, texts), dependencies);
  }
}

/** Answers in the thread. Where the bot may not write, as in a channel that it is not in, Slack's `response_url` is left. */
async function answer(
  { thread, agent, respond }: Origin,
  text: string,
  { posts, log }: ListenerDependencies,
): Promise<void> {
  try {
    await posts.tell(thread, agent, { text });
  } catch (thrown) {
    log.info({ error: toBridgeError(thrown).message }, "answer.not-in-thread");
    await respond?.({ text, response_type: "ephemeral", replace_original: false });
  }
}
