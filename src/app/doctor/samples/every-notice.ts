import { HAND_BACK_REASONS } from "../../../config/desk-rules.ts";
import type { SlackMessage } from "../../../convert/to-slack/slack-message.ts";
import type { ConversationId } from "../../../ids.ts";
import { renderAnswerNotSent, renderAnswerPost } from "../../../views/answer-post.ts";
import { renderChannelBack, renderChannelTrouble } from "../../../views/channel-news.ts";
import {
  renderAssignedToYou,
  renderClaimed,
  renderNotClaimed,
  renderTakeFrom,
} from "../../../views/claims.ts";
import { renderHeldBack, renderIsTalkedOver, renderTalkedOver } from "../../../views/collision.ts";
import { renderHandedBack, renderTakenAway } from "../../../views/ended.ts";
import { renderErased } from "../../../views/erased.ts";
import { renderDeadLetter, renderFailedReply } from "../../../views/failed-reply.ts";
import { renderFileLine } from "../../../views/file-line.ts";
import { renderFurtherHandover } from "../../../views/further-handover.ts";
import { renderGoesOnElsewhere } from "../../../views/goes-on-elsewhere.ts";
import {
  renderHandBackFailed,
  renderHandBackMoved,
  renderHandBackTooLate,
  renderNotDeclined,
} from "../../../views/hand-back-failed.ts";
import {
  renderTestAnswer,
  renderTestOver,
  renderTestRoot,
  renderTestRootOver,
} from "../../../views/live-test.ts";
import { renderMergedAway, renderMergedIn, renderRenamed } from "../../../views/merged.ts";
import { renderMovedAway, renderMoveNote, renderNotMoved } from "../../../views/moved.ts";
import { renderFilesNotSent, renderPartsNotSent } from "../../../views/not-sent.ts";
import { renderNotShown } from "../../../views/not-shown.ts";
import { renderPossibleRepeat } from "../../../views/possible-repeat.ts";
import { renderRated } from "../../../views/rated.ts";
import { renderStaysInside } from "../../../views/refusal.ts";
import { renderDirectReminder, renderReleased, renderReminder } from "../../../views/reminders.ts";
import {
  renderCorrectionOffer,
  renderNotSentYet,
  renderSentAlready,
  renderUndoOffer,
} from "../../../views/reply-offers.ts";
import { renderSentFromElsewhere } from "../../../views/sent-from-elsewhere.ts";
import { renderServiceChoice } from "../../../views/service-choice.ts";
import { renderSoFar, renderSoFarUnread } from "../../../views/so-far.ts";
import type { Texts } from "../../../views/texts/en.ts";
import { renderToldUser } from "../../../views/told-user.ts";
import { choiceOf, DEAD, LINK, type Notice, numbered, serviceOf } from "./sample-values.ts";

/** Everything that the bridge says in a thread below its root, with `text` wherever somebody else's words go. */
export const NOTICES: Readonly<Record<string, Notice>> = {
  "a further handover with a reason": (reason, texts) =>
    renderFurtherHandover({ reason, hasDetails: true, lines: 0 }, texts),
  "a further handover with details": (_, texts) =>
    renderFurtherHandover({ reason: null, hasDetails: true, lines: 3 }, texts),
  "a further handover with a transcript": (_, texts) =>
    renderFurtherHandover({ reason: null, hasDetails: false, lines: 3 }, texts),
  "a User taken away": renderTakenAway,
  "a User's rating": (comment, texts) => renderRated({ stars: 4, comment }, texts),
  "what has become of an erasure": (_, texts) => {
    const left = numbered(12, () => ({ link: LINK, count: 3 }));
    const pages = renderErased({ messages: 3, files: 2, records: 1, left, unseen: [LINK] }, texts);
    return pages[1] ?? pages[0] ?? { text: "" };
  },
  "a User's rating without a word": (_, texts) => renderRated({ stars: 1 }, texts),
  "a User who waits": (user, texts) =>
    renderReminder({ user, forMs: 180_000 }, ["U0ANNA"], undefined, texts),
  "a User who waits for somebody": (user, texts) =>
    renderReminder({ user, forMs: 180_000 }, "nobody", "U0ANNA", texts),
  "a User who waits, to one person": (user, texts) =>
    renderDirectReminder({ user, forMs: 180_000 }, LINK, texts),
  "an agent who fell silent": (_, texts) => renderReleased("U0ANNA", 1_800_000, texts),
  "a User who was told something": (text, texts) => renderToldUser(text, "told", texts),
  "a User who was perhaps told something": (text, texts) =>
    renderToldUser(text, "uncertain", texts),
  "a User who could not be told something": (text, texts) =>
    renderToldUser(text, { cause: text }, texts),
  "a message that cannot be shown": renderNotShown,
  "a hand-back": (text, texts) =>
    renderHandedBack(
      {
        service: text,
        by: "U0ANNA",
        outcome: text,
        tags: [text, text],
        note: text,
        messageForUser: text,
        unsetRefusal: text,
      },
      texts,
    ),
  "a User who was declined": (text, texts) =>
    renderHandedBack({ service: text, by: "U0ANNA", reason: "declined", note: text }, texts),
  "a User who was not declined": (note, texts) => renderNotDeclined({ note }, texts),
  ...Object.fromEntries(
    HAND_BACK_REASONS.map((reason): [string, Notice] => [
      `a hand-back by itself: ${reason}`,
      (service, texts) => renderHandedBack({ service, reason }, texts),
    ]),
  ),
  "a failed hand-back": (text, texts) =>
    renderHandBackFailed("U0ANNA", "nobody", "message-begun", text, { note: text }, texts),
  // The form takes no more.
  "a quick answer": (text, texts) =>
    renderAnswerPost({ name: text.slice(0, 80), text: text.slice(0, 3_000) }, texts),
  "a quick answer that came too late": renderAnswerNotSent,
  "a failed hand-back by itself": (text, texts) =>
    renderHandBackFailed(undefined, ["U0LEA"], "nothing-done", text, {}, texts),
  "a hand-back too late": (text, texts) =>
    renderHandBackTooLate(text, { lastMessage: text, messageForUser: text, note: text }, texts),
  "a hand-back of somebody who has left": (_, texts) =>
    renderHandBackTooLate(undefined, { lastMessage: "Bye" }, texts),
  "a merge, where it ended": (_, texts) => renderMergedAway(LINK, texts),
  "a merge, where it goes on": (_, texts) => renderMergedIn(LINK, texts),
  "a new id": renderRenamed,
  "a claim": (_, texts) => renderClaimed({ by: "U0ANNA", to: "U0ANNA" }, texts),
  "a claim instead of a colleague": (_, texts) =>
    renderClaimed({ by: "U0ANNA", to: "U0ANNA", from: "U0BEN" }, texts),
  "a release": (_, texts) => renderClaimed({ by: "U0ANNA", from: "U0ANNA" }, texts),
  "a release of a colleague's User": (_, texts) =>
    renderClaimed({ by: "U0ANNA", from: "U0BEN" }, texts),
  "an assignment": (note, texts) =>
    renderClaimed({ by: "U0ANNA", to: "U0BEN", from: "U0LEA", note }, texts),
  "a release without anybody": (_, texts) => renderClaimed({ from: "U0BEN" }, texts),
  "an assignment by turns": (_, texts) => renderClaimed({ to: "U0BEN" }, texts),
  "an assignment to you": (text, texts) =>
    renderAssignedToYou({ by: "U0ANNA", note: text, user: text, link: LINK }, texts),
  "an assignment to you by turns": (user, texts) =>
    renderAssignedToYou({ user, link: LINK }, texts),
  "a claim that was too late": (note, texts) =>
    renderNotClaimed({ to: "U0ANNA", loss: { why: "overtaken", by: "U0BEN" }, note }, texts),
  "a release after a move": (team, texts) =>
    renderNotClaimed({ loss: { why: "moved", team } }, texts),
  "a colleague who answers already": (_, texts) =>
    renderTakeFrom({ conversation: "c_0123" as ConversationId, from: "U0ANNA" }, texts),
  "a reply to a colleague's User": (_, texts) => renderTalkedOver("U0ANNA", texts),
  "a colleague's reply to your User": (_, texts) => renderIsTalkedOver("U0ANNA", texts),
  "a reply that is held back": (_, texts) => renderHeldBack(DEAD, "U0ANNA", texts),
  "a reply that is held back because of somebody": (_, texts) =>
    renderHeldBack(DEAD, undefined, texts),
  "a move, where it was": (team, texts) =>
    renderMovedAway({ agent: "U0ANNA", team, link: LINK }, texts),
  "a note for the colleagues": (note, texts) => renderMoveNote({ agent: "U0ANNA", note }, texts),
  "a move that was too late": (text, texts) =>
    renderNotMoved(
      { to: text, refusal: { why: "elsewhere", team: text, by: "U0ANNA", link: LINK }, note: text },
      texts,
    ),
  "a move that Slack refuses": (reason, texts) =>
    renderNotMoved({ to: "Billing", refusal: { why: "refused", reason } }, texts),
  "a hand-back where the User was moved away": (text, texts) =>
    renderHandBackMoved(LINK, { lastMessage: text }, texts),
  "what was written so far, where Slack does not let us read": (_, texts) => {
    const [step] = renderSoFarUnread(LINK, texts);
    return step && "message" in step ? step.message : { text: "" };
  },
  "what was written so far": (text, texts) => soFarOf(text, 1, texts),
  "what was written so far, only its end": (text, texts) => soFarOf(text, 60, texts),
  "a thread without its root": (_, texts) => renderGoesOnElsewhere(LINK, texts),
  "a refused reply": (advice, texts) => renderFailedReply({ fate: "refused", advice }, texts),
  "a refused reply that can be sent": (advice, texts) =>
    renderFailedReply({ fate: "refused", advice, dead: DEAD }, texts),
  "a refused reply to a User in another thread": (advice, texts) =>
    renderFailedReply({ fate: "refused", advice, link: LINK }, texts),
  "a reply of somebody who is no agent": (name, texts) =>
    renderStaysInside({ kind: "not-agent", team: name, ask: [`@${name}`] }, texts),
  "a reply for a team without agents": (name, texts) =>
    renderStaysInside({ kind: "not-agent", team: name, ask: [], nobodyIs: true }, texts),
  "a reply of somebody unknown": (_, texts) => renderStaysInside({ kind: "not-known" }, texts),
  "a reply from elsewhere": (_, texts) => renderSentFromElsewhere("U0ANNA", "U0ANNA", LINK, texts),
  "a failed reply": (advice, texts) =>
    renderFailedReply({ fate: "failed", advice, dead: DEAD }, texts),
  "an uncertain reply": (advice, texts) =>
    renderFailedReply({ fate: "uncertain", advice, dead: DEAD }, texts),
  "a reply that is a dead letter": (_, texts) => renderDeadLetter("failed", "U0ANNA", DEAD, texts),
  "a reply that perhaps arrived": (_, texts) =>
    renderDeadLetter("uncertain", "U0ANNA", DEAD, texts),
  "a reply that waits for its writer": (_, texts) => renderNotSentYet(DEAD, texts),
  "a reply that can be undone": (_, texts) => renderUndoOffer(DEAD, 30, texts),
  "a note that becomes a reply": (_, texts) => renderCorrectionOffer(DEAD, true, texts),
  "a reply that changed": (_, texts) => renderCorrectionOffer(DEAD, false, texts),
  "a reply that cannot be taken back": (_, texts) => renderSentAlready(texts),
  "a message that may be a repeat": (text, texts) =>
    renderPossibleRepeat(renderNotShown(text, texts), texts),
  "files that do not go": (name, texts) =>
    renderFilesNotSent([{ name, why: "type", mimeType: name }], false, texts),
  "parts that do not go": (part, texts) => renderPartsNotSent([part, "video"], false, texts),
  "a file that could not be brought": (description, texts) =>
    renderFileLine({ description }, { trouble: "wrong-type", size: 12_345_678 }, texts),
  "a channel in trouble": (name, texts) =>
    renderChannelTrouble({ channel: "C1", name, team: name, waiting: 2 }, "archived", texts),
  "a channel that is back": (name, texts) =>
    renderChannelBack({ channel: "C1", name, team: name, waiting: 2 }, "archived", texts),
  "a test": (_, texts) => renderTestRoot("U0ANNA", texts),
  "a test that is over": (_, texts) => renderTestRootOver(texts),
  "a test's answer": (_, texts) => renderTestAnswer(texts),
  "a test's end": (_, texts) => renderTestOver("U0ANNA", texts),
  "Services to choose from": (text, texts) =>
    renderServiceChoice({ ...choiceOf(text), matches: [serviceOf(text)] }, texts),
  "Services that do not match": (text, texts) =>
    renderServiceChoice({ ...choiceOf(text), matches: [] }, texts),
};

const soFarOf = (text: string, count: number, texts: Texts): SlackMessage => {
  const fates = [undefined, "inside", "failed", "uncertain"] as const;
  const messages = numbered(count, (n) => {
    const fate = fates[n % 4];
    return { at: n, name: text, text, files: [text], link: LINK, ...(fate && { fate }) };
  });
  const [first] = renderSoFar({ messages, link: LINK, isWhole: false }, texts);
  return first && "message" in first ? first.message : { text: "" };
};
