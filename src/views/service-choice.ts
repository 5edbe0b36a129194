import { isSeen } from "../convert/text/clean-name.ts";
import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { actions, section } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { UserId } from "../ids.ts";
import { ACTIONS, actionButton } from "./actions.ts";
import { notice } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** More buttons than this nobody reads. */
const CHOICE_LIMIT = 5;

/** What somebody wrote is no whole name of a Service: asks which one was meant, where only a few can be. */
export function renderServiceChoice(
  choice: {
    wanted: string;
    userId: UserId;
    trigger: string;
    matches: readonly { id: string; name: string }[];
    services: readonly { name: string }[];
  },
  texts: Texts,
): SlackMessage {
  const { wanted, userId, trigger, matches, services } = choice;
  const words = texts.serviceChoice;
  const quoted = words.quoted(literalMrkdwn(shorten(wanted, 80)));
  if (matches.length === 0 || matches.length > CHOICE_LIMIT) {
    const names = services.map(({ name }) => `*${literalMrkdwn(name)}*`).join(", ");
    return notice((matches.length === 0 ? words.none : words.many)(quoted, names));
  }
  const user = texts.user(literalMrkdwn(userId));
  const text = (matches.length === 1 ? words.wasItThis : words.whichOne)(quoted, user);
  const names = matches.map(({ name }) => name);
  const buttons = matches.map(({ id, name }, index) => {
    const isClear = isSeen(name) && names.indexOf(name) === names.lastIndexOf(name);
    const text = isClear ? name : `${shorten(name, 30)} (${id})`;
    return actionButton(ACTIONS.giveUser, { userId, to: id, trigger }, { text, index });
  });
  return { text, blocks: [section(text), actions(...buttons)] };
}
