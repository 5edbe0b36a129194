import { closeDirections } from "../convert/text/close-directions.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { SLACK_LIMITS } from "../convert/to-slack/slack-limits.ts";
import { makeDerivedItemId, type Thread } from "../ids.ts";
import type { Json } from "../json.ts";
import { FORMS } from "./actions.ts";
import type { Texts } from "./texts/en.ts";

export interface MoveForm {
  /** Literal text. */
  userName: string;
  /** The name of the team that has the User. */
  team: string;
  /** Where it was opened; comes back with the submission. */
  thread: Thread;
  /** The names of the others. */
  teams: readonly string[];
}

/** The inputs' `block_id`s; their `action_id`s are the same. */
export const MOVE_INPUTS = { destination: "destination", note: "note" } as const;

/** Slack's limit for the value of an option. Source: docs.slack.dev, composition objects. */
const MAX_VALUE = 150;

/** The value for a team in the options: its name, or a hash of it if that is too long. */
export const toTeamValue = (name: string): string =>
  name.length <= MAX_VALUE ? name : makeDerivedItemId(name, "option");

/** As many characters as the post with it has room for. */
const NOTE_LIMIT = 2_000;

/** The form that asks to which team a User goes, and with what words for the colleagues. */
export function renderMoveForm(form: MoveForm, { moveForm: words }: Texts): Json {
  const options = form.teams.slice(0, SLACK_LIMITS.optionsPerSelect).map((name) => ({
    text: plain(shorten(name, SLACK_LIMITS.optionText)),
    value: toTeamValue(name),
  }));
  return {
    type: "modal",
    callback_id: FORMS.move.id,
    private_metadata: FORMS.move.write(form.thread),
    title: plain(words.title),
    submit: plain(words.submit),
    close: plain(words.close),
    blocks: [
      { type: "section", text: plain(words.intro(closeDirections(form.userName), form.team)) },
      {
        type: "input",
        block_id: MOVE_INPUTS.destination,
        label: plain(words.destination),
        element: {
          type: "static_select",
          action_id: MOVE_INPUTS.destination,
          options,
          ...(options.length === 1 && options[0] && { initial_option: options[0] }),
        },
      },
      {
        type: "input",
        block_id: MOVE_INPUTS.note,
        optional: true,
        label: plain(words.note),
        element: {
          type: "plain_text_input",
          action_id: MOVE_INPUTS.note,
          multiline: true,
          max_length: NOTE_LIMIT,
          placeholder: plain(words.notePlaceholder),
        },
      },
    ],
  };
}

const plain = (value: string) => ({ type: "plain_text", text: value, emoji: false });
