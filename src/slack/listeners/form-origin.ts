import type { RespondFn } from "@slack/bolt";
import type { ModalView, WebClient } from "@slack/web-api";
import type { Posts } from "../../bridge/ports.ts";
import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import { toBridgeError } from "../../errors.ts";
import type { Thread } from "../../ids.ts";
import type { Json } from "../../json.ts";
import type { Log } from "../../log.ts";
import { renderFormNotOpened } from "../../views/form-not-opened.ts";
import { toArguments } from "../message-arguments.ts";
import { callSlack } from "../web-api.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Press, ShortcutCall } from "./requests.ts";

/** Where somebody asked for a form, and where they are answered. */
export interface FormOrigin {
  readonly what: "button" | "shortcut";
  readonly thread: Thread;
  /** Slack id. */
  readonly agent: string;
  readonly trigger: string;
  readonly client: WebClient;
  readonly respond: RespondFn | undefined;
}

export function originOfShortcut(
  { shortcut, client, respond }: ShortcutCall,
  team: string,
): FormOrigin {
  const { message, message_ts, channel, user, trigger_id } = shortcut;
  const ts = typeof message.thread_ts === "string" ? message.thread_ts : message_ts;
  const thread = { team, channel: channel.id, ts };
  return { what: "shortcut", thread, agent: user.id, trigger: trigger_id, client, respond };
}

export function originOfPress(
  { body, client, respond }: Omit<Press<unknown>, "value">,
  team: string,
): FormOrigin {
  const { container, message } = body;
  const channel = body.channel?.id ?? String(container.channel_id);
  // Slack does not repeat a message that only one person sees, but tells its thread.
  const ts =
    message?.thread_ts ?? message?.ts ?? String(container.thread_ts ?? container.message_ts);
  const { user, trigger_id } = body;
  return {
    what: "button",
    thread: { team, channel, ts },
    agent: user.id,
    trigger: trigger_id,
    client,
    respond,
  };
}

/** Opens a form; whoever asked for it is told if Slack does not. */
export async function showForm(
  origin: FormOrigin,
  view: Json,
  dependencies: Pick<ListenerDependencies, "posts" | "texts" | "log">,
): Promise<void> {
  const { client, trigger } = origin;
  const { texts, log } = dependencies;
  try {
    await callSlack("views.open", () =>
      client.views.open({ trigger_id: trigger, view: view as unknown as ModalView }),
    );
  } catch (thrown) {
    const error = toBridgeError(thrown);
    log.warn({ error: error.message }, "modal.not-opened");
    await answerThere(origin, renderFormNotOpened(error, texts), dependencies);
  }
}

/** Answers in the thread. Where the bot may not write, as in a channel that it is not in, Slack's `response_url` is left. */
export async function answerThere(
  { thread, agent, respond }: Pick<FormOrigin, "thread" | "agent" | "respond">,
  answer: string | SlackMessage,
  { posts, log }: { posts: Pick<Posts, "tell">; log: Log },
): Promise<void> {
  const message = typeof answer === "string" ? { text: answer } : answer;
  try {
    await posts.tell(thread, agent, message);
  } catch (thrown) {
    log.info({ error: toBridgeError(thrown).message }, "answer.not-in-thread");
    await respond?.({
      ...toArguments(message),
      response_type: "ephemeral",
      replace_original: false,
    });
  }
}
