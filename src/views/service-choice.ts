import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { actions, button, section } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { isJsonObject, parseJson } from "../json.ts";

/** A change of owner that waits for a click. */
export interface OfferedChange {
  readonly userId: string;
  /** Id of the Service. */
  readonly to: string;
  /** Slack's id of the command that asked for it. */
  readonly trigger: string;
}

/** Begins the `action_id` of each button; Slack wants them different within a message. */
export const GIVE_USER = "parley_give_user";

/** More buttons than this nobody reads. */
const CHOICE_LIMIT = 5;

/** What somebody wrote is no whole name of a Service: asks which one was meant, where only a few can be. */
export function renderServiceChoice(choice: {
  wanted: string;
  userId: string;
  trigger: string;
  matches: readonly { id: string; name: string }[];
  services: readonly { name: string }[];
}): SlackMessage {
  const { wanted, userId, trigger, matches, services } = choice;
  const quoted = `“${literalMrkdwn(shorten(wanted, 80))}”`;
  const user = `User ${literalMrkdwn(userId)}`;
  if (matches.length === 0 || matches.length > CHOICE_LIMIT) {
    const names = services.map(({ name }) => `*${literalMrkdwn(name)}*`).join(", ");
    const found = matches.length === 0 ? "There is no Service" : "Many Services match";
    const text = `${found} ${quoted}. Services: ${names}.`;
    return { text, blocks: [section(text)] };
  }
  const isOne = matches.length === 1;
  const text = `No Service is called ${quoted}, so nothing was changed. ${isOne ? "Was this one meant" : "Which one was meant"} for ${user}?`;
  const names = matches.map(({ name }) => name);
  const buttons = matches.map(({ id, name }, index) => {
    const isAlone = names.indexOf(name) === names.lastIndexOf(name);
    return button({
      text: isAlone ? name : `${shorten(name, 30)} (${id})`,
      actionId: `${GIVE_USER}/${index}`,
      value: JSON.stringify({ userId, to: id, trigger } satisfies OfferedChange),
    });
  });
  return { text, blocks: [section(text), actions(...buttons)] };
}

/** `undefined`: no value of a button of {@link renderServiceChoice}. */
export function parseOfferedChange(value: string): OfferedChange | undefined {
  const given = parseJson(value);
  if (!isJsonObject(given)) return undefined;
  const { userId, to, trigger } = given;
  if (typeof userId !== "string" || typeof to !== "string" || typeof trigger !== "string") {
    return undefined;
  }
  return { userId, to, trigger };
}
