import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { actions, context, section } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { Json } from "../json.ts";
import { ACTIONS, actionButton, type UndecidedReply } from "./actions.ts";
import { mention } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** What became of a reply that was not delivered. */
export type ReplyFate = "refused" | "failed" | "uncertain";

const EMOJI = { refused: ":no_entry:", failed: ":x:", uncertain: ":grey_question:" } as const;

/** To the writer of a reply that did not (surely) reach the User. */
export function renderFailedReply(
  failed: {
    fate: ReplyFate;
    /** Why, and what to do. Literal text. */
    advice: string;
    /** It can be sent again. */
    dead?: UndecidedReply;
    /** The thread where the User is now. */
    link?: string;
  },
  texts: Texts,
): SlackMessage {
  const { fate, advice, dead, link } = failed;
  const { headlines, toThread } = texts.reply;
  const where = link === undefined ? "" : ` ${toThread(link)}`;
  const text = `${EMOJI[fate]} ${headlines[fate]} ${literalMrkdwn(advice)}${where}`;
  return { text, blocks: [section(text), ...(dead ? [choices(fate, dead, texts)] : [])] };
}

/** To everyone in the thread: a reply waits for somebody to decide. `agent`: Slack id of its writer. */
export function renderDeadLetter(
  fate: ReplyFate,
  agent: string,
  dead: UndecidedReply,
  texts: Texts,
): SlackMessage {
  return {
    text: describeDeadLetter(fate, agent, texts),
    blocks: deadLetterBlocks({ fate, agent, dead }, texts),
  };
}

/** The same as a part of something else; `of`: whom it is for, in Slack's mrkdwn. */
export const deadLetterBlocks = (
  { fate, agent, dead, of }: { fate: ReplyFate; agent: string; dead: UndecidedReply; of?: string },
  texts: Texts,
): Json[] => [
  context([describeDeadLetter(fate, agent, texts), ...(of === undefined ? [] : [of])].join(" · ")),
  choices(fate, dead, texts),
];

function describeDeadLetter(fate: ReplyFate, agent: string, { reply }: Texts): string {
  return fate === "uncertain"
    ? `:grey_question: ${reply.uncertain(mention(agent))}`
    : `:x: ${reply.notReached(mention(agent))}`;
}

function choices(fate: ReplyFate, dead: UndecidedReply, { reply }: Texts): Json {
  const { buttons, takeOverConfirmation: confirm } = reply;
  if (fate === "refused") {
    return actions(
      actionButton(ACTIONS.takeOver, dead, { text: buttons.takeOver, style: "primary", confirm }),
      actionButton(ACTIONS.dismiss, dead, { text: buttons.leaveIt }),
    );
  }
  return actions(
    actionButton(ACTIONS.sendAgain, dead, { text: buttons.sendAgain, style: "primary" }),
    fate === "uncertain"
      ? actionButton(ACTIONS.itArrived, dead, { text: buttons.itArrived })
      : actionButton(ACTIONS.dismiss, dead, { text: buttons.dismiss }),
  );
}
