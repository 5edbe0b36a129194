import type { QuickAnswer } from "../config/quick-answer.ts";
import { closeDirections } from "../convert/text/close-directions.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { SLACK_LIMITS } from "../convert/to-slack/slack-limits.ts";
import { defined } from "../defined.ts";
import type { Thread } from "../ids.ts";
import type { Json } from "../json.ts";
import { ACTIONS, FORMS } from "./actions.ts";
import type { Texts } from "./texts/en.ts";

export interface AnswerForm {
  /** Literal text. */
  userName: string;
  /** Where it was opened; comes back with the submission. */
  thread: Thread;
  /** In the order in which they are shown. */
  answers: readonly QuickAnswer[];
  /** The one that was chosen, and what it says to this User. */
  chosen?: { readonly answer: QuickAnswer; readonly text: string };
}

/** The `block_id` of what is sent begins so: Slack keeps what stands in an input as long as it has the same id. */
export const ANSWER_TEXT = "answer_text";
export const ANSWER_CHOICE = "answer";

const TEXT_LIMIT = 3_000;

/** The form in which an agent chooses an answer, changes it if need be, and sends it. */
export function renderAnswerForm(form: AnswerForm, { answerForm: words }: Texts): Json {
  const { answers, chosen } = form;
  const options = answers.map(toOption);
  const text = chosen && shorten(chosen.text, TEXT_LIMIT);
  const groups = Array.from(
    { length: Math.ceil(options.length / SLACK_LIMITS.optionsPerSelect) },
    (_, index) => {
      const size = SLACK_LIMITS.optionsPerSelect;
      return {
        label: plain(String(index * size + 1)),
        options: options.slice(index * size, (index + 1) * size),
      };
    },
  );
  return {
    type: "modal",
    callback_id: FORMS.quickAnswer.id,
    private_metadata: FORMS.quickAnswer.write(form.thread),
    title: plain(words.title),
    submit: plain(words.submit),
    close: plain(words.close),
    blocks: [
      { type: "section", text: plain(words.intro(closeDirections(form.userName))) },
      {
        type: "input",
        block_id: ANSWER_CHOICE,
        dispatch_action: true,
        optional: true,
        label: plain(words.choice),
        element: {
          type: "static_select",
          action_id: ACTIONS.chooseAnswer.id,
          placeholder: plain(words.choicePlaceholder),
          ...(groups.length > 1 ? { option_groups: groups } : { options }),
          ...defined({ initial_option: chosen && toOption(chosen.answer) }),
        },
      },
      {
        type: "input",
        block_id: chosen ? `${ANSWER_TEXT}/${chosen.answer.id}` : ANSWER_TEXT,
        label: plain(words.text),
        hint: plain(words.textHint),
        element: {
          type: "plain_text_input",
          action_id: ANSWER_TEXT,
          multiline: true,
          max_length: TEXT_LIMIT,
          ...defined({ initial_value: text }),
        },
      },
    ],
  };
}

/** Slack looks for what people type in the text alone, so the keywords stand there too. */
const toOption = ({ id, name, keywords, language }: QuickAnswer) => ({
  text: plain(
    shorten(
      [language === undefined ? name : `${name} (${language})`, ...keywords].join(" · "),
      SLACK_LIMITS.optionText,
    ),
  ),
  value: ACTIONS.chooseAnswer.write(id),
});

const plain = (value: string) => ({ type: "plain_text", text: value, emoji: false });
