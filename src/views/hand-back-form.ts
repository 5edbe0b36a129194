import { isSeen } from "../convert/text/clean-name.ts";
import { closeDirections } from "../convert/text/close-directions.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { SLACK_LIMITS } from "../convert/to-slack/slack-limits.ts";
import { defined } from "../defined.ts";
import type { ServiceId, Thread } from "../ids.ts";
import type { Json } from "../json.ts";
import { FORMS } from "./actions.ts";
import { toOptionValue } from "./service-option.ts";
import type { Texts } from "./texts/en.ts";

export interface HandBackForm {
  /** Literal text. */
  userName: string;
  /** Where it was opened; comes back with the submission. */
  thread: Thread;
  services: readonly { id: ServiceId; name: string }[];
  /** The Service that is chosen already; if it is missing, the first one is. */
  preferred: ServiceId;
  /** What the agent chooses from; none: nothing is asked. */
  outcomes: readonly string[];
}

/** The inputs' `block_id`s; their `action_id`s are the same. */
export const HAND_BACK_INPUTS = {
  destination: "destination",
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
  const options = fitting(form);
  const chosen = toOptionValue(form.preferred);
  const preferred = options.find(({ value }) => value === chosen) ?? options[0];
  const missing = form.services.length - options.length;
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
      {
        type: "input",
        block_id: HAND_BACK_INPUTS.destination,
        label: plain(words.destination),
        element: {
          type: "static_select",
          action_id: HAND_BACK_INPUTS.destination,
          ...(options.length > SLACK_LIMITS.optionsPerSelect
            ? { option_groups: grouped(options) }
            : { options }),
          ...defined({ initial_option: preferred }),
        },
      },
      ...(form.outcomes.length > 0 ? [outcomeInput(form.outcomes, words)] : []),
      text(HAND_BACK_INPUTS.note, words, "note"),
      text(HAND_BACK_INPUTS.messageForUser, words, "messageForUser"),
      text(HAND_BACK_INPUTS.lastMessage, words, "lastMessage"),
      text(HAND_BACK_INPUTS.tags, words, "tags", { isLine: true }),
    ],
  };
}

type Option = {
  text: { type: string; text: string; emoji: boolean };
  value: string;
};

/** As many as Slack takes in one view, the one that is chosen among them. */
function fitting({ services, preferred }: HandBackForm): Option[] {
  const chosen = services.filter(({ id }) => id === preferred);
  const options: Option[] = [];
  let left = OPTIONS_BYTES - chosen.length * OPTION_BYTES;
  for (const { id, name } of services) {
    const text = plain(shorten(isSeen(name) ? name.trim() : id, SLACK_LIMITS.optionText));
    const option = { text, value: toOptionValue(id) };
    if (id !== preferred) left -= Buffer.byteLength(JSON.stringify(option)) + 1;
    if (left >= 0 || id === preferred) options.push(option);
  }
  return options;
}

/** Slack takes 250 kB for a view, and one option may have this much. */
const OPTIONS_BYTES = 200_000;
const OPTION_BYTES = 1_000;

/** Slack shows no more than 100 options without a group, and as many in each. */
function grouped(options: readonly Option[]): Json[] {
  const size = SLACK_LIMITS.optionsPerSelect;
  return Array.from({ length: Math.ceil(options.length / size) }, (_, group) => {
    const own = options.slice(group * size, (group + 1) * size);
    const edge = (option: Option | undefined) => shorten(option?.text.text ?? "", 34);
    const label = plain(`${edge(own[0])} – ${edge(own.at(-1))}`);
    return { label, options: own.map((option) => ({ ...option })) };
  });
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
