import { SlackApiError } from "../errors.ts";
import type { Thread } from "../ids.ts";

/** Whose fault it is that Slack refuses a call, where it is not the call's own: somebody has to repair that. */
export type Fault = "token" | "scope" | "channel" | "thread" | "workspace";

// Source: docs.slack.dev/reference/methods/chat.postMessage, "Errors", and those of the other methods in use.
const FAULTS: readonly (readonly [Fault, RegExp])[] = [
  ["token", /^(account_inactive|invalid_auth|not_authed|not_allowed_token_type|token_\w+)$/],
  ["scope", /^missing_scope$/],
  ["thread", /^restricted_action_thread_locked$/],
  ["channel", /^(restricted_action\w*|channel_not_found|is_archived|not_in_channel)$/],
  ["channel", /^(no_permission|external_channel_migrating)$/],
  ["workspace", /^(team|org|enterprise|two_factor)_\w+$/],
  ["workspace", /^(\w+_)?(access_?denied|access_?limited|is_restricted)$/],
  // A proxy on the way, or an address that is not Slack's.
  ["workspace", /^http_4\d\d$/],
];

/** `undefined`: the refusal is about this call alone. */
export const faultOf = (slackError: string): Fault | undefined =>
  FAULTS.find(([, codes]) => codes.test(slackError))?.[0];

/** Slack itself refuses the call; a page with HTTP 403 says nothing about what is in Slack. */
export const isSlacksWord = (error: unknown): error is SlackApiError =>
  error instanceof SlackApiError && !error.slackError.startsWith("http_");

const NO_THREAD =
  /^(thread_not_found|message_not_found|cannot_reply_to_message|invalid_thread_ts)$/;

/**
 * The thread, or its root, is not there any more. So it is, too, when it is in another channel than `channel`, where
 * threads open, and that one is closed to us.
 */
export const meansGone = (error: unknown, thread: Thread, channel: string): boolean =>
  error instanceof SlackApiError &&
  (NO_THREAD.test(error.slackError) ||
    (thread.channel !== channel && faultOf(error.slackError) === "channel"));

/** Slack does not take the blocks of a message; its text may still go. */
export const refusesBlocks = (slackError: string): boolean => /(^|_)blocks?(_|$)/.test(slackError);
