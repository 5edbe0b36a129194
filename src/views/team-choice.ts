import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { actions, section } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { UserId } from "../ids.ts";
import { ACTIONS, actionButton } from "./actions.ts";
import { bold, notice } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** More buttons than this nobody reads. */
const CHOICE_LIMIT = 5;

/** What somebody wrote is no whole name of a team: asks which one was meant, where only a few can be. Names are literal text. */
export function renderTeamChoice(
  choice: {
    wanted: string;
    userId: UserId;
    trigger: string;
    matches: readonly string[];
    teams: readonly string[];
  },
  texts: Texts,
): SlackMessage {
  const { wanted, userId, trigger, matches, teams } = choice;
  const words = texts.teamChoice;
  const quoted = texts.serviceChoice.quoted(literalMrkdwn(shorten(wanted, 80)));
  if (matches.length === 0 || matches.length > CHOICE_LIMIT) {
    return notice(words.none(quoted, teams.map(bold).join(", ")));
  }
  const user = texts.user(literalMrkdwn(userId));
  const text = (matches.length === 1 ? words.wasItThis : words.whichOne)(quoted, user);
  const buttons = matches.map((to, index) =>
    actionButton(ACTIONS.moveTo, { userId, to, trigger }, { text: to, index }),
  );
  return { text, blocks: [section(text), actions(...buttons)] };
}
