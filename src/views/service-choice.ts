import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { actions, section } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { UserId } from "../ids.ts";
import { ACTIONS, actionButton } from "./actions.ts";

/** More buttons than this nobody reads. */
const CHOICE_LIMIT = 5;

/** What somebody wrote is no whole name of a Service: asks which one was meant, where only a few can be. */
export function renderServiceChoice(choice: {
  wanted: string;
  userId: UserId;
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
    const text = isAlone ? name : `${shorten(name, 30)} (${id})`;
    return actionButton(ACTIONS.giveUser, { userId, to: id, trigger }, { text, index });
  });
  return { text, blocks: [section(text), actions(...buttons)] };
}
