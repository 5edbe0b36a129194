import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { context } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { toSlack } from "../convert/to-slack/user-message.ts";
import { bold, notice, quoted } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** What an agent sends with a form, as the thread shows it: in their name. `text` is Markdown. */
export function renderAnswerPost(
  { name, text }: { name: string; text: string },
  { answerForm, message }: Texts,
): SlackMessage {
  const shown = toSlack({ typeId: 1, text }, message);
  return {
    text: shown.map((part) => part.text).join("\n"),
    blocks: [...shown.flatMap(({ blocks = [] }) => blocks), context(answerForm.sentBy(bold(name)))],
    author: { name: literalMrkdwn(name), icon: ":speech_balloon:" },
  };
}

/** To an agent whose answer came too late: the words, so that nothing has to be typed twice. */
export const renderAnswerNotSent = (text: string, { answerForm }: Texts): SlackMessage =>
  notice(`:information_source: ${answerForm.tooLate}\n${quoted(text)}`);
