import { closeDirections } from "../convert/text/close-directions.ts";
import type { UserId } from "../ids.ts";
import type { Json } from "../json.ts";
import { FORMS } from "./actions.ts";
import type { Texts } from "./texts/en.ts";

/** The inputs' `block_id`s; their `action_id`s are the same. */
export const ERASE_INPUTS = { name: "name", confirm: "confirm" } as const;

/** Longer than any id or address. */
const NAME_LIMIT = 320;

/** As many as there is room for. */
const MOST_IDS = 10;

/** The form that asks whose data are to be erased. */
export function renderEraseFind({ eraseForm: words }: Texts): Json {
  return {
    type: "modal",
    callback_id: FORMS.eraseFind.id,
    private_metadata: FORMS.eraseFind.write("find"),
    title: plain(words.title),
    submit: plain(words.find),
    close: plain(words.close),
    blocks: [
      { type: "section", text: plain(words.intro) },
      input(ERASE_INPUTS.name, words.name, NAME_LIMIT),
    ],
  };
}

export interface ErasePlan {
  /** Every id that the User ever had, the one to type first. */
  readonly userIds: readonly [UserId, ...UserId[]];
  readonly conversations: number;
  readonly threads: number;
  /** Dead letters and replies that nobody let go. */
  readonly undelivered: number;
}

/** The form that says what would be erased, and wants the User's id typed. */
export function renderErase(plan: ErasePlan, { eraseForm: words }: Texts): Json {
  const [userId] = plan.userIds;
  const ids = plan.userIds.slice(0, MOST_IDS).map(closeDirections).join(", ");
  const { conversations, threads, undelivered } = plan;
  return {
    type: "modal",
    callback_id: FORMS.erase.id,
    private_metadata: FORMS.erase.write({ userId, ids: plan.userIds.length }),
    title: plain(words.title),
    submit: plain(words.submit),
    close: plain(words.close),
    blocks: [
      {
        type: "section",
        text: plain(`${words.plan(ids, conversations, threads)} ${words.undelivered(undelivered)}`),
      },
      { type: "section", text: plain(words.consequences) },
      input(ERASE_INPUTS.confirm, words.confirm(closeDirections(userId)), NAME_LIMIT),
    ],
  };
}

const input = (id: string, label: string, limit: number): Json => ({
  type: "input",
  block_id: id,
  label: plain(label),
  element: { type: "plain_text_input", action_id: id, max_length: limit },
});

const plain = (value: string) => ({ type: "plain_text", text: value, emoji: false });
