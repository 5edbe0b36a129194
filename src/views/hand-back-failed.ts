import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { bold, causeText, mention, notice } from "./notice.ts";
import { mentions, type Named } from "./reminders.ts";
import type { Texts } from "./texts/en.ts";

/**
 * To everyone in the thread: the User is still here. `agent`: Slack id; missing: the desk wanted it by itself, and `named` have to
 * know. `stage`: how far the hand-back came.
 */
export const renderHandBackFailed = (
  agent: string | undefined,
  named: Named,
  stage: keyof Texts["handBackFailed"]["stages"],
  cause: string,
  { handBackFailed }: Texts,
): SlackMessage =>
  notice(
    `:x: ${
      agent === undefined
        ? [...mentions(named), handBackFailed.failedByItself(causeText(cause))].join(" ")
        : handBackFailed.failed(mention(agent), causeText(cause))
    } ${handBackFailed.stages[stage]}`,
  );

/** To an agent who handed a User back in a thread that had been moved: `link` is where the User is now. */
export const renderHandBackMoved = (
  link: string | undefined,
  hadMessage: boolean,
  { handBackFailed }: Texts,
): SlackMessage =>
  notice(
    `:information_source: ${handBackFailed.moved(link)}${hadMessage ? ` ${handBackFailed.messageNotSent}` : ""}`,
  );

/** To an agent whose hand-back came after the end. `service`: where the User is, if that is known. */
export function renderHandBackTooLate(
  service: string | undefined,
  hadMessage: boolean,
  { handBackFailed }: Texts,
): SlackMessage {
  const where = service ? handBackFailed.isWith(bold(service)) : handBackFailed.hasLeft;
  return notice(
    `:information_source: ${where}${hadMessage ? ` ${handBackFailed.messageNotSent}` : ""}`,
  );
}
