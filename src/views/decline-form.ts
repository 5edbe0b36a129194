import { closeDirections } from "../convert/text/close-directions.ts";
import type { Thread } from "../ids.ts";
import type { Json } from "../json.ts";
import { FORMS } from "./actions.ts";
import { DESTINATION, type ServiceChoices, serviceInput } from "./service-input.ts";
import type { Texts } from "./texts/en.ts";

export interface DeclineForm extends ServiceChoices {
  /** Literal text. */
  userName: string;
  /** Where it was opened; comes back with the submission. */
  thread: Thread;
}

/** The inputs' `block_id`s; their `action_id`s are the same. */
export const DECLINE_INPUTS = { destination: DESTINATION, reason: "reason" } as const;

/** As many characters as the note of a hand-back has room for. */
const REASON_LIMIT = 3_000;

/** The form that asks why a User is not for this team, and where they go. */
export function renderDeclineForm(form: DeclineForm, texts: Texts): Json {
  const { declineForm: words, handBackForm } = texts;
  const { input, missing } = serviceInput(form, words.destination);
  const intro = words.intro(closeDirections(form.userName));
  return {
    type: "modal",
    callback_id: FORMS.decline.id,
    private_metadata: FORMS.decline.write(form.thread),
    title: plain(words.title),
    submit: plain(words.submit),
    close: plain(words.close),
    blocks: [
      {
        type: "section",
        text: plain(missing > 0 ? `${intro} ${handBackForm.missing(missing)}` : intro),
      },
      input,
      {
        type: "input",
        block_id: DECLINE_INPUTS.reason,
        label: plain(words.reason),
        hint: plain(words.reasonHint),
        element: {
          type: "plain_text_input",
          action_id: DECLINE_INPUTS.reason,
          multiline: true,
          max_length: REASON_LIMIT,
          placeholder: plain(words.reasonPlaceholder),
        },
      },
    ],
  };
}

const plain = (value: string) => ({ type: "plain_text", text: value, emoji: false });
