import { SlackApiError } from "../errors.ts";
import type { Thread } from "../ids.ts";

/** Why Slack refuses a call, if the reason is not the call itself but something that somebody has to repair. */
export type Fault = "token" | "scope" | "channel" | "thread" | "messages-tab" | "workspace";

// Source: docs.slack.dev/reference/methods/chat.postMessage, "Errors", and those of the other methods in use.
const FAULTS: readonly (readonly [Fault, RegExp])[] = [
  ["token", /^(account_inactive|invalid_auth|not_authed|not_allowed_token_type|token_\w+)$/],
  ["scope", /^missing_scope$/],
  ["thread", /^restricted_action_thread_locked$/],
  ["messages-tab", /^messages_tab_disabled$/],
  ["channel", /^(restricted_action\w*|channel_not_found|is_archived|not_in_channel)$/],
  ["channel", /^(no_permission|external_channel_migrating)$/],
  ["workspace", /^(team|org|enterprise|two_factor)_\w+$/],
  ["workspace", /^(\w+_)?(access_?denied|access_?limited|is_restricted)$/],
  // Said by a proxy, or by a host that is not Slack's.
  ["workspace", /^http_4\d\d$/],
];

/** The fault behind Slack's error code; `undefined`: the refusal concerns only this call. */
export const faultOf = (slackError: string): Fault | undefined =>
  FAULTS.find(([, codes]) => codes.test(slackError))?.[0];

/** Whether Slack itself refuses the call. A page with HTTP 403, e.g. of a proxy, says nothing about Slack. */
export const isSlacksWord = (error: unknown): error is SlackApiError =>
  error instanceof SlackApiError && !error.slackError.startsWith("http_");

const NO_THREAD =
  /^(thread_not_found|message_not_found|cannot_reply_to_message|invalid_thread_ts)$/;

/**
 * Whether the error means that the thread or its root is gone. A thread in a channel of no team (any more: `channels` are
 * theirs) is also gone if we have no access to it.
 */
export const meansGone = (error: unknown, thread: Thread, channels: readonly string[]): boolean =>
  error instanceof SlackApiError &&
  (NO_THREAD.test(error.slackError) ||
    (!channels.includes(thread.channel) && faultOf(error.slackError) === "channel"));

/** Whether Slack refuses only the blocks of a message, so that its text can still be posted. */
export const refusesBlocks = (slackError: string): boolean => /(^|_)blocks?(_|$)/.test(slackError);
