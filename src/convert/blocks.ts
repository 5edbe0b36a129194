import type { Json } from "../json.ts";
import { SLACK_LIMITS } from "./slack-limits.ts";
import { shorten } from "./slack-text.ts";

/** Blocks of Slack's Block Kit, as plain data. `mrkdwn` arguments must be escaped where they hold foreign text. */

export const header = (text: string): Json => ({
  type: "header",
  // `emoji: false`: a foreign `:x:` stays as it was written.
  text: { type: "plain_text", text: shorten(text, SLACK_LIMITS.header), emoji: false },
});

export const section = (mrkdwn: string): Json => ({
  type: "section",
  text: { type: "mrkdwn", text: clip(mrkdwn) },
});

export const context = (mrkdwn: string): Json => ({
  type: "context",
  elements: [{ type: "mrkdwn", text: clip(mrkdwn) }],
});

export const preformatted = (text: string): Json => ({
  type: "rich_text",
  elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text }] }],
});

export const actions = (...elements: readonly Json[]): Json => ({ type: "actions", elements });

export function button(given: {
  readonly text: string;
  readonly actionId: string;
  readonly value: string;
  readonly style?: "primary" | "danger";
}): Json {
  return {
    type: "button",
    text: { type: "plain_text", text: shorten(given.text, SLACK_LIMITS.buttonText) },
    action_id: given.actionId,
    value: given.value,
    ...(given.style && { style: given.style }),
  };
}

/** Escaping makes text up to five times as long. The end is cut without leaving half an entity or half a link. */
function clip(mrkdwn: string): string {
  if (mrkdwn.length <= SLACK_LIMITS.section) return mrkdwn;
  const kept = shorten(mrkdwn, SLACK_LIMITS.section).slice(0, -1);
  return `${kept.replace(/(?:&[a-z]{0,3}|<[^<>]*)$/, "")}…`;
}
