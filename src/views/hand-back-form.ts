import { closeDirections } from "../convert/text/close-directions.ts";
import type { Thread } from "../ids.ts";
import type { Json } from "../json.ts";
import { FORMS } from "./actions.ts";
import { DESTINATION, type ServiceChoices, serviceInput } from "./service-input.ts";
import type { Texts } from "./texts/en.ts";

export interface HandBackForm extends ServiceChoices {
  /** Literal text. */
  userName: string;
  /** Where it was opened; comes back with the submission. */
  thread: Thread;
  /** What the agent chooses from; none: nothing is asked. */
  outcomes: readonly string[];
}

/** The inputs' `block_id`s; their `action_id`s are the same. */
export const HAND_BACK_INPUTS = {
  destination: DESTINATION,
  outcome: "outcome",
  tags: "tags",
  note: "note",
  messageForUser: "message_for_user",
  lastMessage: "last_message",
} as const;

/** What a User is told, at most: Slack's own limit for an input. */
const TEXT_LIMIT = 3_000;

/** The form that asks where a User goes, and with what words. */
export function renderHandBackForm(form: HandBackForm, { handBackForm: words }: Texts): Json {
  const { input, missing } = serviceInput(form, words.destination);
  return {
    type: "modal",
    callback_id: FORMS.handBack.id,
    private_metadata: FORMS.handBack.write(form.thread),
    title: plain(words.title),
    submit: plain(words.submit),
    close: plain(words.close),
    blocks: [
      {
        type: "section",
        text: plain(
          `${words.intro(closeDirections(form.userName))}${missing > 0 ? ` ${words.missing(missing)}` : ""}`,
        ),
      },
      input,
      ...(form.outcomes.length > 0 ? [outcomeInput(form.outcomes, words)] : []),
      text(HAND_BACK_INPUTS.note, words, "note"),
      text(HAND_BACK_INPUTS.messageForUser, words, "messageForUser"),
      text(HAND_BACK_INPUTS.lastMessage, words, "lastMessage"),
      text(HAND_BACK_INPUTS.tags, words, "tags", { isLine: true }),
    ],
  };
}

const plain = (value: string) => ({ type: "plain_text", text: value, emoji: false });

type Words = Texts["handBackForm"];

const text = (
  id: string,
  words: Words,
  name: "note" | "messageForUser" | "lastMessage" | "tags",
  { isLine = false } = {},
): Json => ({
  type: "input",
  block_id: id,
  optional: true,
  label: plain(words[name]),
  hint: plain(words[`${name}Hint`]),
  element: {
    type: "plain_text_input",
    action_id: id,
    multiline: !isLine,
    max_length: TEXT_LIMIT,
    placeholder: plain(words[`${name}Placeholder`]),
  },
});

const outcomeInput = (outcomes: readonly string[], words: Words): Json => ({
  type: "input",
  block_id: HAND_BACK_INPUTS.outcome,
  label: plain(words.outcome),
  element: {
    type: "static_select",
    action_id: HAND_BACK_INPUTS.outcome,
    placeholder: plain(words.outcomePlaceholder),
    options: outcomes.map((outcome) => ({ text: plain(outcome), value: outcome })),
  },
});
