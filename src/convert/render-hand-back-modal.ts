import type { Json } from "../json.ts";
import { closeDirections } from "./close-directions.ts";
import { HAND_BACK } from "./render-root.ts";
import { SLACK_LIMITS } from "./slack-limits.ts";
import { shorten } from "./slack-text.ts";

export interface HandBackModal {
  /** Literal text. */
  readonly userName: string;
  /** Given back with the submission. */
  readonly privateMetadata: string;
  readonly services: readonly { readonly id: string; readonly name: string }[];
  /** Id of the Service that is chosen already. */
  readonly preferred: string | undefined;
}

/** The inputs' `block_id`s; their `action_id`s are the same. */
export const HAND_BACK_INPUTS = {
  destination: "destination",
  note: "note",
  lastMessage: "last_message",
} as const;

/** What a User is told, at most: Slack's own limit for an input. */
const TEXT_LIMIT = 3_000;

/** The modal that asks where a User goes, and with what words. */
export function renderHandBackModal(modal: HandBackModal): Json {
  const options = modal.services.slice(0, SLACK_LIMITS.optionsPerSelect).map(({ id, name }) => ({
    text: plain(shorten(name, SLACK_LIMITS.optionText)),
    value: id,
  }));
  const preferred = options.find(({ value }) => value === modal.preferred) ?? options[0];
  return {
    type: "modal",
    callback_id: HAND_BACK,
    private_metadata: modal.privateMetadata,
    title: plain("Hand back"),
    submit: plain("Hand back"),
    close: plain("Cancel"),
    blocks: [
      {
        type: "section",
        text: plain(
          `${closeDirections(modal.userName)} goes on with the Service you choose. Replies in this thread no longer reach them.`,
        ),
      },
      {
        type: "input",
        block_id: HAND_BACK_INPUTS.destination,
        label: plain("Hand back to"),
        element: {
          type: "static_select",
          action_id: HAND_BACK_INPUTS.destination,
          options,
          ...(preferred && { initial_option: preferred }),
        },
      },
      text(HAND_BACK_INPUTS.note, "Note for the bot", "What was it about, and what was done?"),
      text(HAND_BACK_INPUTS.lastMessage, "Last message to the User", "Sent before the hand-back"),
    ],
  };
}

const plain = (value: string): Json => ({ type: "plain_text", text: value, emoji: false });

const text = (id: string, label: string, placeholder: string): Json => ({
  type: "input",
  block_id: id,
  optional: true,
  label: plain(label),
  element: {
    type: "plain_text_input",
    action_id: id,
    multiline: true,
    max_length: TEXT_LIMIT,
    placeholder: plain(placeholder),
  },
});
