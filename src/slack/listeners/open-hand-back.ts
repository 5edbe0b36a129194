import type { RespondFn } from "@slack/bolt";
import type { ModalView, WebClient } from "@slack/web-api";
import type { Service } from "../../bridge/ports.ts";
import { type BridgeError, toBridgeError } from "../../errors.ts";
import type { Thread } from "../../ids.ts";
import { renderHandBackModal } from "../../views/hand-back-form.ts";
import { nameOf } from "../../views/name-of.ts";
import { withinTime } from "../../within-time.ts";
import { callSlack } from "../web-api.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Press, ShortcutCall } from "./requests.ts";

/** Slack lets us open a modal within 3 s. If Parley is slower, a modal that offers only the bot is better than none. */
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
  { body, client, respond }: Omit<Press<string>, "value">,
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
    const text = conversation
      ? "This conversation is over. The first message of its thread says where the User is."
      : "This message is not part of a conversation with a Parley User, so there is nobody to hand back. Use the shortcut on a message of a handover's thread.";
    return await answer(origin, text, dependencies);
  }
  const services = await withinTime(parley.services(), SERVICES_TIMEOUT_MS, undefined).catch(
    () => undefined,
  );
  const others = services?.filter(({ id }) => id !== parley.self);
  const modal = {
    userName: nameOf(conversation, texts),
    thread,
    services: others?.length ? others : [fallback(botService)],
    preferred: botService,
  };
  const view = renderHandBackModal(modal, texts);
  try {
    await callSlack("views.open", () =>
      client.views.open({ trigger_id: trigger, view: view as unknown as ModalView }),
    );
  } catch (thrown) {
    const error = toBridgeError(thrown);
    log.warn({ error: error.message }, "modal.not-opened");
    await answer(origin, whyNotOpened(error), dependencies);
  }
}

const fallback = (id: Service["id"]): Service => ({ id, name: "The bot", isDefault: true });

/** Answers in the thread if the bot may write there, else through the interaction's `response_url`. */
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

/** Why a form did not open, and what the agent can do. */
function whyNotOpened({ code, disposition, message }: BridgeError): string {
  if (code === "rate-limited") return "Slack is busy right now. Please try again in a moment.";
  if (!(code === "slack-api"))
    return "Slack did not answer when the form was to open. Please try again.";
  if (/trigger/.test(message)) return "Slack did not open the form in time. Please try again.";
  const why = disposition === "fatal" ? "does not let this app open forms" : "refused the form";
  return `Slack ${why} (${message}). Trying again will not help; please tell whoever runs this bridge. Until then \`/parley-owner\` moves the User too.`;
}
