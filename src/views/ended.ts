import type { HandBackReason } from "../config/desk-rules.ts";
import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { bold, mention, quiet, quoted } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** To everyone in the thread of a User whom another Service has now. */
export const renderTakenAway = (service: string, { ended }: Texts): SlackMessage =>
  quiet(`:arrow_right: ${ended.takenAway(bold(service))}`);

/** To everyone in the thread of a User who was handed back. */
export function renderHandedBack(
  handedBack: {
    /** Its name. */
    service: string;
    /** Slack id; missing: the desk did it by itself. */
    by?: string;
    reason?: HandBackReason;
    /** What was chosen of the team's outcomes. */
    outcome?: string;
    tags?: readonly string[];
    note?: string;
    /** What the Service may show to the User. */
    messageForUser?: string;
    /** Why Parley did not take the agent's name off the User's chat. */
    unsetRefusal?: string;
  },
  { ended }: Texts,
): SlackMessage {
  const {
    service,
    by,
    reason = "handed_back",
    outcome,
    tags = [],
    note,
    messageForUser,
    unsetRefusal,
  } = handedBack;
  const what =
    by === undefined
      ? ended.handedBackFor[reason](bold(service))
      : ended[reason === "declined" ? "declined" : "handedBack"](mention(by), bold(service));
  const lines = [
    `:leftwards_arrow_with_hook: ${what}`,
    outcome && ended.outcome(bold(outcome)),
    tags.length > 0 && ended.tags(literalMrkdwn(tags.join(", "))),
    note && quoted(note),
    messageForUser && `${ended.messageForUser}\n${quoted(messageForUser)}`,
    unsetRefusal && ended.nameStays(literalMrkdwn(unsetRefusal)),
  ];
  return quiet(lines.filter(Boolean).join("\n"));
}
