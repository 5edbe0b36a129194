import { section } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { bold, causeText, mention, quoted } from "./notice.ts";
import { mentions, type Named } from "./reminders.ts";
import type { Texts } from "./texts/en.ts";

/** What an agent wrote in the form and nobody got: it comes back, so that nothing has to be typed twice. */
export interface UnsentWords {
  readonly lastMessage?: string;
  readonly messageForUser?: string;
  readonly note?: string;
}

/**
 * To everyone in the thread: the User is still here. `agent`: Slack id; missing: the desk wanted it by itself, and `named` have to
 * know. `stage`: how far the hand-back came.
 */
export const renderHandBackFailed = (
  agent: string | undefined,
  named: Named,
  stage: keyof Texts["handBackFailed"]["stages"],
  cause: string,
  unsent: UnsentWords,
  texts: Texts,
): SlackMessage => {
  const { handBackFailed } = texts;
  const headline =
    agent === undefined
      ? [...mentions(named), handBackFailed.failedByItself(causeText(cause))].join(" ")
      : handBackFailed.failed(mention(agent), causeText(cause));
  return withWords(`:x: ${headline} ${handBackFailed.stages[stage]}`, unsent, texts);
};

/** To an agent who handed a User back in a thread that had been moved: `link` is where the User is now. */
export const renderHandBackMoved = (
  link: string | undefined,
  unsent: UnsentWords,
  texts: Texts,
): SlackMessage => tooLate(texts.handBackFailed.moved(link), unsent, texts);

/** To an agent who declined a User whom somebody has answered meanwhile. */
export const renderNotDeclined = (unsent: UnsentWords, texts: Texts): SlackMessage =>
  tooLate(texts.handBackFailed.answered, unsent, texts);

/** To an agent whose hand-back came after the end. `service`: where the User is, if that is known. */
export function renderHandBackTooLate(
  service: string | undefined,
  unsent: UnsentWords,
  texts: Texts,
): SlackMessage {
  const { isWith, hasLeft } = texts.handBackFailed;
  return tooLate(service ? isWith(bold(service)) : hasLeft, unsent, texts);
}

function tooLate(why: string, unsent: UnsentWords, texts: Texts): SlackMessage {
  const { messageNotSent } = texts.handBackFailed;
  const headline = unsent.lastMessage === undefined ? why : `${why} ${messageNotSent}`;
  return withWords(`:information_source: ${headline}`, unsent, texts);
}

function withWords(
  headline: string,
  { lastMessage, messageForUser, note }: UnsentWords,
  { handBackForm: labels }: Texts,
): SlackMessage {
  const words = [
    [labels.lastMessage, lastMessage],
    [labels.messageForUser, messageForUser],
    [labels.note, note],
  ] as const;
  const given = words.flatMap(([label, text]) => (text ? [`${label}:\n${quoted(text)}`] : []));
  const lines = [headline, ...given];
  return { text: lines.join("\n"), blocks: lines.map(section) };
}
