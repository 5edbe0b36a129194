import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { humanise, shorten } from "../convert/text/slack-text.ts";
import { actions, context, section } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { Json } from "../json.ts";
import { ACTIONS, actionButton, type DeadReply } from "./actions.ts";

/** What the bridge itself says. Names are foreign and get escaped here; Slack ids become mentions. */

const quiet = (text: string): SlackMessage => ({ text, blocks: [context(text)] });
const name = (text: string): string =>
  `*${literalMrkdwn(shorten(text.replaceAll(/\s+/g, " "), 80))}*`;

/** What a further handover brought that the thread did not have. */
export type HandoverNews = {
  readonly reason: string | null;
  /** About the User, or in the metadata. */
  readonly hasDetails: boolean;
  /** How many lines of the transcript, at its end. */
  readonly lines: number;
};

export function renderFurtherHandover({ reason, hasDetails, lines }: HandoverNews): SlackMessage {
  if (reason !== null) {
    return quiet(
      `:repeat: Handed over with a reason: ${name(humanise(reason))}. The first message of this thread has the details.`,
    );
  }
  return quiet(
    hasDetails || lines === 0
      ? ":repeat: The handover brought more details. The first message of this thread has them."
      : ":repeat: The handover brought what was written before it. The first message of this thread has it.",
  );
}

export const renderTakenAway = (service: string): SlackMessage =>
  quiet(`:arrow_right: This User is now with ${name(service)}. Replies here no longer reach them.`);

/** A message of the User is missing in the thread. */
export const renderNotShown = (cause: string): SlackMessage => {
  const text = `:x: A message of this User could not be shown here (${literalMrkdwn(shorten(cause, 300))}). Whoever runs the bridge finds it with \`npm run dead-letters -- list\`.`;
  return { text, blocks: [section(text)] };
};

/** `agent`: Slack id. `unsetRefusal`: why Parley did not take the agent's name off the User's chat. */
export function renderHandedBack(
  service: string,
  agent: string,
  note: string | undefined,
  unsetRefusal: string | undefined,
): SlackMessage {
  const lines = [
    `:leftwards_arrow_with_hook: <@${agent}> handed this User back to ${name(service)}. Replies here no longer reach them.`,
    note && `>${literalMrkdwn(shorten(note, 1_000)).replaceAll("\n", "\n>")}`,
    unsetRefusal &&
      `The User's app may still show the agent's name (${literalMrkdwn(unsetRefusal)}).`,
  ];
  return quiet(lines.filter(Boolean).join("\n"));
}

/** To everyone in the thread: the User is still here. */
export function renderHandBackFailed(
  agent: string,
  stage: keyof typeof STAGES,
  cause: string,
): SlackMessage {
  const text = `:x: <@${agent}>, handing back did not work (${literalMrkdwn(shorten(cause, 300))}). ${STAGES[stage]}`;
  return { text, blocks: [section(text)] };
}

const STAGES = {
  "nothing-done": "Nothing was sent; the conversation goes on here. Try again in a moment.",
  "message-begun":
    "Only the beginning of your last message was sent; the conversation goes on here. Hand back again, with what the User does not have yet.",
  "message-uncertain":
    "Nobody can tell whether your last message arrived; the conversation goes on here. Hand back again, without the message if the User has it.",
  "message-sent":
    "Your last message was sent; the conversation goes on here. Hand back again, without the message.",
} as const;

/** To an agent whose hand-back came after the end. `service`: where the User is, if that is known. */
export function renderHandBackTooLate(
  service: string | undefined,
  hadMessage: boolean,
): SlackMessage {
  const where = service ? ` is with ${name(service)} already` : " left this thread already";
  const text = `:information_source: Nothing to hand back: this User${where}.${hadMessage ? " Your last message was not sent." : ""}`;
  return { text, blocks: [section(text)] };
}

/** In the thread that ends: `link` is where the User goes on. */
export const renderMergedAway = (link: string): SlackMessage =>
  quiet(
    `:link: This User has registered and goes on in <${link}|another thread>. Please answer there.`,
  );

/** In a thread that has lost its first message: `link` is where the conversation goes on. */
export const renderGoesOnElsewhere = (link: string): SlackMessage =>
  quiet(
    `:warning: The first message of this thread was deleted, so the conversation goes on in <${link}|another thread>. Please answer there.`,
  );

/** In the thread that goes on: `link` is the one that ended. */
export const renderMergedIn = (link: string): SlackMessage =>
  quiet(`:link: The same User also wrote in <${link}|an earlier thread> before registering.`);

/** In a thread whose User has another id from now on. */
export const renderRenamed = (userId: string): SlackMessage =>
  quiet(`:link: This User has registered and is now Parley User ${literalMrkdwn(userId)}.`);

const TAKE_OVER_CONFIRMATION = {
  title: "Take the User over?",
  text: "The User comes to us from whoever has them now, a new thread opens for them, and exactly this reply goes to them.",
  confirm: "Take over and send",
  deny: "Cancel",
};

/**
 * To the writer of a reply that did not (surely) reach the User. `dead`: it can be sent again; `link`: the thread
 * where the User is now.
 */
export function renderFailedReply(
  outcome: ReplyFate,
  advice: string,
  { dead, link }: { dead?: DeadReply; link?: string } = {},
): SlackMessage {
  const where = link === undefined ? "" : ` <${link}|Go to that thread>.`;
  const text = `${HEADLINES[outcome]} ${literalMrkdwn(advice)}${where}`;
  const blocks = dead ? [section(text), choices(outcome, dead)] : [section(text)];
  return { text, blocks };
}

/** To the writer of a message with parts that only Slack can show. `isAll`: nothing of it goes to the User. */
export function renderPartsNotSent(parts: readonly string[], isAll: boolean): SlackMessage {
  const lines = parts.map((part) => `• ${literalMrkdwn(shorten(part, 120))}`).join("\n");
  const rest = isAll ? "" : "\nThe rest of your message goes to the User.";
  const text = `:no_entry: *Not sent.* Only Slack can show:\n${shorten(lines, 2_000)}${rest}\nWrite it in words, or send it as a file.`;
  return { text, blocks: [section(text)] };
}

/** To the writer of a message that stays inside until the agent lets it go. */
export const renderNotSentYet = (held: DeadReply): SlackMessage =>
  offer(":lock: This stays inside. Start a message with `>>` to send it to the User at once.", [
    actionButton(ACTIONS.sendAgain, held, { text: "Send to user", style: "primary" }),
    actionButton(ACTIONS.dismiss, held, { text: "Keep inside" }),
  ]);

/** To the writer of a reply that goes out in a moment. */
export const renderUndoOffer = (reply: DeadReply, seconds: number): SlackMessage =>
  offer(`:hourglass_flowing_sand: This goes to the User in ${seconds} s.`, [
    actionButton(ACTIONS.undo, reply, { text: "Undo" }),
  ]);

/** To an agent who changed a message. `isNews`: the User never had it. */
export const renderCorrectionOffer = (correction: DeadReply, isNews: boolean): SlackMessage =>
  offer(
    isNews
      ? ":pencil2: The User does not have this message. Shall they get it as it is now?"
      : ":pencil2: The User has the text as it was before, and Parley cannot change it. Shall the new text go out as a correction?",
    [
      actionButton(ACTIONS.sendAgain, correction, {
        text: isNews ? "Send to user" : "Send correction",
        style: "primary",
      }),
      actionButton(ACTIONS.dismiss, correction, { text: "Leave it" }),
    ],
  );

/** To an agent who deleted a message, or made a note of it, after it had gone. */
export const renderSentAlready = (): SlackMessage => {
  const text =
    ":warning: The User has this message already, and Parley cannot take it back. You can write a correction.";
  return { text, blocks: [section(text)] };
};

const offer = (text: string, buttons: readonly Json[]): SlackMessage => ({
  text,
  blocks: [section(text), actions(...buttons)],
});

/** To everyone in the thread: a reply waits for somebody to decide. `agent`: Slack id of its writer. */
export function renderDeadLetter(outcome: ReplyFate, agent: string, dead: DeadReply): SlackMessage {
  const text =
    outcome === "uncertain"
      ? `:grey_question: It is not certain that a reply by <@${agent}> reached the User. It is marked above.`
      : `:x: A reply by <@${agent}> did not reach the User. It is marked above.`;
  return { text, blocks: [context(text), choices(outcome, dead)] };
}

/** What became of a reply that was not delivered. */
export type ReplyFate = "refused" | "failed" | "uncertain";

function choices(outcome: ReplyFate, dead: DeadReply): Json {
  if (outcome === "refused") {
    return actions(
      actionButton(ACTIONS.takeOver, dead, {
        text: "Take over and send",
        style: "primary",
        confirm: TAKE_OVER_CONFIRMATION,
      }),
      actionButton(ACTIONS.dismiss, dead, { text: "Leave it" }),
    );
  }
  return actions(
    actionButton(ACTIONS.sendAgain, dead, { text: "Send again", style: "primary" }),
    outcome === "uncertain"
      ? actionButton(ACTIONS.itArrived, dead, { text: "It arrived" })
      : actionButton(ACTIONS.dismiss, dead, { text: "Dismiss" }),
  );
}

/** To everyone in the thread of a User whom `agent` took over for a reply that stands elsewhere. */
export const renderSentFromElsewhere = (
  agent: string,
  writer: string,
  link: string,
): SlackMessage =>
  quiet(
    `:outbox_tray: <@${agent}> took this User over, and <${link}|a reply> that <@${writer}> wrote in an earlier thread went to them.`,
  );

const HEADLINES = {
  refused: ":no_entry: *Not sent.*",
  failed: ":x: *Not delivered.*",
  uncertain: ":grey_question: *Perhaps not delivered.*",
} as const;
