import { closeDirections } from "../convert/text/close-directions.ts";
import type { Json } from "../json.ts";
import { type Assignment, FORMS } from "./actions.ts";
import type { Texts } from "./texts/en.ts";

export interface AssignForm {
  /** Literal text. */
  userName: string;
  /** The name of the team that has the User. */
  team: string;
  /** Where it was opened, and who had the User then; comes back with the submission. */
  assignment: Assignment;
}

/** The inputs' `block_id`s; their `action_id`s are the same. */
export const ASSIGN_INPUTS = { agent: "agent", note: "note" } as const;

/** As many characters as the post with it has room for. */
const NOTE_LIMIT = 2_000;

/** The form that asks who answers a User, and with what words for them. Slack lists all members; who may is found out afterwards. */
export function renderAssignForm(form: AssignForm, { assignForm: words }: Texts): Json {
  return {
    type: "modal",
    callback_id: FORMS.assign.id,
    private_metadata: FORMS.assign.write(form.assignment),
    title: plain(words.title),
    submit: plain(words.submit),
    close: plain(words.close),
    blocks: [
      { type: "section", text: plain(words.intro(closeDirections(form.userName), form.team)) },
      {
        type: "input",
        block_id: ASSIGN_INPUTS.agent,
        label: plain(words.agent),
        element: { type: "users_select", action_id: ASSIGN_INPUTS.agent },
      },
      {
        type: "input",
        block_id: ASSIGN_INPUTS.note,
        optional: true,
        label: plain(words.note),
        element: {
          type: "plain_text_input",
          action_id: ASSIGN_INPUTS.note,
          multiline: true,
          max_length: NOTE_LIMIT,
          placeholder: plain(words.notePlaceholder),
        },
      },
    ],
  };
}

const plain = (value: string) => ({ type: "plain_text", text: value, emoji: false });
