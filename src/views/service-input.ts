import { isSeen } from "../convert/text/clean-name.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { SLACK_LIMITS } from "../convert/to-slack/slack-limits.ts";
import { defined } from "../defined.ts";
import type { ServiceId } from "../ids.ts";
import type { Json } from "../json.ts";
import { toOptionValue } from "./service-option.ts";

/** The Services that an agent chooses from. */
export interface ServiceChoices {
  services: readonly { id: ServiceId; name: string }[];
  /** The one that is chosen already; if it is missing, the first one is. */
  preferred: ServiceId;
}

/** The `block_id` and `action_id` of the input. */
export const DESTINATION = "destination";

/** The input that asks to which Service a User goes. `missing`: so many do not fit in. */
export function serviceInput(
  choices: ServiceChoices,
  label: string,
): { readonly input: Json; readonly missing: number } {
  const options = fitting(choices);
  const chosen = toOptionValue(choices.preferred);
  const preferred = options.find(({ value }) => value === chosen) ?? options[0];
  const input = {
    type: "input",
    block_id: DESTINATION,
    label: plain(label),
    element: {
      type: "static_select",
      action_id: DESTINATION,
      ...(options.length > SLACK_LIMITS.optionsPerSelect
        ? { option_groups: grouped(options) }
        : { options }),
      ...defined({ initial_option: preferred }),
    },
  };
  return { input, missing: choices.services.length - options.length };
}

type Option = {
  text: { type: string; text: string; emoji: boolean };
  value: string;
};

/** As many as Slack takes in one view, the one that is chosen among them. */
function fitting({ services, preferred }: ServiceChoices): Option[] {
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
