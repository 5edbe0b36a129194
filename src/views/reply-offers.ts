import { actions, section } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { Json } from "../json.ts";
import { ACTIONS, actionButton, type UndecidedReply } from "./actions.ts";
import { notice } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** To the writer of a message that stays inside until the agent lets it go. */
export const renderNotSentYet = (held: UndecidedReply, { reply }: Texts): SlackMessage =>
  offer(`:lock: ${reply.notSentYet}`, [
    send(reply.buttons.sendToUser, held),
    actionButton(ACTIONS.dismiss, held, { text: reply.buttons.keepInside }),
  ]);

/** To the writer of a reply that goes out in a moment. */
export const renderUndoOffer = (
  waiting: UndecidedReply,
  seconds: number,
  { reply }: Texts,
): SlackMessage =>
  offer(`:hourglass_flowing_sand: ${reply.undoable(seconds)}`, [
    actionButton(ACTIONS.undo, waiting, { text: reply.buttons.undo }),
  ]);

/** To an agent who changed a message. `isNews`: the User never had it. */
export const renderCorrectionOffer = (
  correction: UndecidedReply,
  isNews: boolean,
  { reply }: Texts,
): SlackMessage =>
  offer(`:pencil2: ${isNews ? reply.editedNews : reply.edited}`, [
    send(isNews ? reply.buttons.sendToUser : reply.buttons.sendCorrection, correction),
    actionButton(ACTIONS.dismiss, correction, { text: reply.buttons.leaveIt }),
  ]);

/** To an agent who deleted a message, or made a note of it, after it had gone. */
export const renderSentAlready = ({ reply }: Texts): SlackMessage =>
  notice(`:warning: ${reply.sentAlready}`);

const send = (text: string, reply: UndecidedReply): Json =>
  actionButton(ACTIONS.sendAgain, reply, { text, style: "primary" });

const offer = (text: string, buttons: readonly Json[]): SlackMessage => ({
  text,
  blocks: [section(text), actions(...buttons)],
});
