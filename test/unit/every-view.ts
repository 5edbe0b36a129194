import { HAND_BACK_REASONS } from "../../src/config/desk-rules.ts";
import type { RichMessage, SlackMessage } from "../../src/convert/to-slack/slack-message.ts";
import { NetworkError, ParleyApiError } from "../../src/errors.ts";
import { type ConversationId, toItemId, toServiceId, toUserId } from "../../src/ids.ts";
import type { Json } from "../../src/json.ts";
import { renderAnswerForm } from "../../src/views/answer-form.ts";
import { renderAnswerNotSent, renderAnswerPost } from "../../src/views/answer-post.ts";
import { renderAssignForm } from "../../src/views/assign-form.ts";
import { renderChannelBack, renderChannelTrouble } from "../../src/views/channel-news.ts";
import { renderClaimProblem } from "../../src/views/claim-problem.ts";
import {
  renderAssignedToYou,
  renderClaimed,
  renderNotClaimed,
  renderTakeFrom,
} from "../../src/views/claims.ts";
import { renderHeldBack, renderIsTalkedOver, renderTalkedOver } from "../../src/views/collision.ts";
import { renderDecided } from "../../src/views/decided.ts";
import { renderDeclineForm } from "../../src/views/decline-form.ts";
import { renderDetails } from "../../src/views/details.ts";
import { renderHandedBack, renderTakenAway } from "../../src/views/ended.ts";
import { renderDeadLetter, renderFailedReply } from "../../src/views/failed-reply.ts";
import { renderFileLine } from "../../src/views/file-line.ts";
import { renderFormNotOpened } from "../../src/views/form-not-opened.ts";
import { renderFurtherHandover } from "../../src/views/further-handover.ts";
import { renderGoesOnElsewhere } from "../../src/views/goes-on-elsewhere.ts";
import {
  renderHandBackFailed,
  renderHandBackMoved,
  renderHandBackTooLate,
  renderNotDeclined,
} from "../../src/views/hand-back-failed.ts";
import { renderHandBackForm } from "../../src/views/hand-back-form.ts";
import { renderHome } from "../../src/views/home.ts";
import { renderLeftThread } from "../../src/views/left-thread.ts";
import { renderMergedAway, renderMergedIn, renderRenamed } from "../../src/views/merged.ts";
import { renderMoveForm } from "../../src/views/move-form.ts";
import { renderMoveProblem } from "../../src/views/move-problem.ts";
import { renderMovedAway, renderMoveNote, renderNotMoved } from "../../src/views/moved.ts";
import { renderFilesNotSent, renderPartsNotSent } from "../../src/views/not-sent.ts";
import { renderNotShown } from "../../src/views/not-shown.ts";
import { renderOwnerAnswer } from "../../src/views/owner-answer.ts";
import { renderPossibleRepeat } from "../../src/views/possible-repeat.ts";
import { renderRated } from "../../src/views/rated.ts";
import { renderRefusal, renderStaysInside } from "../../src/views/refusal.ts";
import { renderDirectReminder, renderReleased, renderReminder } from "../../src/views/reminders.ts";
import {
  renderCorrectionOffer,
  renderNotSentYet,
  renderSentAlready,
  renderUndoOffer,
} from "../../src/views/reply-offers.ts";
import { type RootFacts, type RootLinks, renderRoot } from "../../src/views/root.ts";
import { renderSentFromElsewhere } from "../../src/views/sent-from-elsewhere.ts";
import { renderServiceChoice } from "../../src/views/service-choice.ts";
import { renderSoFar, renderSoFarUnread } from "../../src/views/so-far.ts";
import { renderTeamChoice } from "../../src/views/team-choice.ts";
import type { Texts } from "../../src/views/texts/en.ts";
import { renderToldUser } from "../../src/views/told-user.ts";

export const LINK = "https://w.slack.com/archives/C1/p1700000000000100";
export const DEAD = { item: toItemId("r_0123456789abcdef01234567"), ts: "1700000000.000100" };

type Notice = (text: string, texts: Texts) => SlackMessage;

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

/** As long as ids are taken in. */
const idOf = (text: string): string => text.slice(0, 200);

/** Only Services with a name match what somebody wrote. */
const serviceOf = (text: string) => ({ id: idOf(text), name: text.trim() || "Bot" });

const choiceOf = (text: string) => ({
  wanted: text,
  userId: toUserId(idOf(text)),
  trigger: "1.2",
  services: [{ name: idOf(text) }],
});

const teamChoiceOf = (text: string) => ({
  wanted: text,
  userId: toUserId(idOf(text)),
  trigger: "1.2",
  teams: [text.slice(0, 80)],
});

/** The answers of `/parley-owner`. */
export const ANSWERS: Readonly<Record<string, Notice>> = {
  help: (_, texts) => renderOwnerAnswer({ kind: "help" }, texts),
  conversations: (name, texts) => {
    const line = {
      userId: name,
      user: { name },
      link: LINK,
      waitingSince: 0,
      whose: "mine" as const,
      team: name,
      reason: name,
      wish: name,
    };
    return renderOwnerAnswer({ kind: "conversations", lines: [line, line], now: 1e9 }, texts);
  },
  Services: (name, texts) => {
    const service = { id: name, name, isDefault: true, isUs: true };
    return renderOwnerAnswer({ kind: "services", services: [service] }, texts);
  },
  "no Services": (_, texts) => renderOwnerAnswer({ kind: "services", services: [] }, texts),
  "an owner": (name, texts) =>
    renderOwnerAnswer(
      { kind: "owner", userId: name, owner: { name, isUs: true }, link: LINK },
      texts,
    ),
  "a User who is to go straight back": (userId, texts) =>
    renderOwnerAnswer({ kind: "declining", userId, link: LINK }, texts),
  "a User who is not declined": (_, texts) =>
    renderOwnerAnswer({ kind: "not-declined", problem: "answered" }, texts),
  "no owner": (userId, texts) => renderOwnerAnswer({ kind: "owner", userId }, texts),
  "a User who is there already": (text, texts) =>
    renderOwnerAnswer({ kind: "given", userId: text, service: text, outcome: "already" }, texts),
  "a User who is there now": (text, texts) =>
    renderOwnerAnswer({ kind: "given", userId: text, service: text, outcome: "given" }, texts),
  "a User who is ours now": (text, texts) =>
    renderOwnerAnswer({ kind: "given", userId: text, service: text, outcome: "taken" }, texts),
  "Services that match": (text, texts) =>
    renderOwnerAnswer(
      { kind: "which-service", ...choiceOf(text), matches: [serviceOf(text)] },
      texts,
    ),
  "a User who is on the way to a team": (text, texts) =>
    renderOwnerAnswer({ kind: "moving", userId: text, team: text }, texts),
  "a User who is with the team already": (team, texts) =>
    renderOwnerAnswer({ kind: "not-moved", problem: "with-team", team }, texts),
  "teams that match": (text, texts) =>
    renderTeamChoice(
      { ...teamChoiceOf(text), matches: [text.slice(0, 80).trim() || "Billing"] },
      texts,
    ),
  "teams that do not match": (text, texts) =>
    renderOwnerAnswer({ kind: "which-team", ...teamChoiceOf(text), matches: [] }, texts),
  "no such customer": (id, texts) =>
    renderOwnerAnswer({ kind: "problem", problem: "unknown-customer", id }, texts),
  "an id that could be two": (_, texts) =>
    renderOwnerAnswer({ kind: "problem", problem: "ambiguous", id: "11111" }, texts),
  "no id": (_, texts) => renderOwnerAnswer({ kind: "problem", problem: "no-id" }, texts),
  "a refusal of Parley": (code, texts) => {
    const error = new ParleyApiError("PUT /x", 400, [code]);
    return renderOwnerAnswer({ kind: "failed", error }, texts);
  },
  "a User of another team": (name, texts) => {
    const refusal = { kind: "not-agent", team: name, ask: [`@${name}`, `#${name}`] } as const;
    return renderOwnerAnswer({ kind: "refused", refusal }, texts);
  },
  "a User of nobody": (name, texts) => {
    const refusal = { kind: "not-lead", ask: [`@${name}`] } as const;
    return renderOwnerAnswer({ kind: "refused", refusal }, texts);
  },
  "no Parley": (_, texts) =>
    renderOwnerAnswer({ kind: "failed", error: new NetworkError("GET /x: ECONNREFUSED") }, texts),
};

const factsOf = (text: string, state: RootFacts["state"]): RootFacts => ({
  id: "c_0123456789abcdef01234567" as ConversationId,
  userId: toUserId(text),
  user: { name: text, email: text, language: text, externalId: text },
  state,
  openedAt: 0,
  metadata: { reason: text, ...Object.fromEntries(numbered(60, (n) => [`${text}${n}`, text])) },
  furtherReasons: numbered(10, (n) => ({ reason: `${n}${text}`.slice(0, 500), at: n })),
  transcript: numbered(60, () => ({ from: text, text })),
  ownerUnverified: true,
  ...(state !== "open" && {
    ending: {
      at: 0,
      to: { id: toServiceId("svc"), name: text },
      by: "U0ANNA",
      note: text,
      outcome: text,
    },
  }),
});

const linksOf = (text: string): RootLinks => ({
  movable: true,
  declinable: true,
  movedFrom: { link: LINK, by: "U0ANNA", team: text },
  lost: LINK,
  previous: LINK,
  next: LINK,
  into: LINK,
});

/** A root with all that it can show. `state`: how it ended. */
export const rootOf = (text: string, texts: Texts, state: RootFacts["state"]): SlackMessage =>
  renderRoot(factsOf(text, state), linksOf(text), 1e9, texts);

/** Details with all that they can show. */
export const detailsOf = (text: string, texts: Texts): RichMessage =>
  renderDetails(
    factsOf(text, "open"),
    linksOf(text),
    { [text.slice(0, 40)]: "https://w.slack.com/{externalId}?q={name}" },
    texts,
  );

const numbered = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

/** The form to hand back, with more Services than fit. */
export const formOf = (text: string, texts: Texts): Json =>
  renderHandBackForm(
    {
      userName: text.slice(0, 80),
      thread: { team: "T1", channel: "C1", ts: "1.1" },
      services: numbered(3_000, (n) => ({ id: toServiceId(`s${n}`), name: `${text}${n}` })),
      preferred: toServiceId("s1"),
      outcomes: numbered(100, (n) => `${n}${text}`.slice(0, 75)),
    },
    texts,
  );

/** The form with quick answers, more than fit into one list, one of them chosen. */
export const answerFormOf = (text: string, texts: Texts): Json => {
  const answers = numbered(150, (n) => ({
    id: `a${n}`,
    name: `${n}${text}`.slice(0, 60),
    keywords: [text.slice(0, 40)],
    text,
  }));
  const [answer] = answers;
  return renderAnswerForm(
    {
      userName: text.slice(0, 80),
      thread: { team: "T1", channel: "C1", ts: "1.1" },
      answers,
      ...(answer && text.trim() !== "" && { chosen: { answer, text } }),
    },
    texts,
  );
};

/** The form to move, with as many teams as fit. */
export const moveFormOf = (text: string, texts: Texts): Json =>
  renderMoveForm(
    {
      userName: text.slice(0, 80),
      team: text.slice(0, 80),
      thread: { team: "T1", channel: "C1", ts: "1.1" },
      teams: numbered(120, (n) => `${n}${text}`),
    },
    texts,
  );

/** The form to send a User straight back, with more Services than fit. */
export const declineFormOf = (text: string, texts: Texts): Json =>
  renderDeclineForm(
    {
      userName: text.slice(0, 80),
      thread: { team: "T1", channel: "C1", ts: "1.1" },
      services: numbered(3_000, (n) => ({ id: toServiceId(`s${n}`), name: `${text}${n}` })),
      preferred: toServiceId("s1"),
    },
    texts,
  );

/** The form to give a User to a colleague. */
export const assignFormOf = (text: string, texts: Texts): Json => {
  const assignment = { team: "T1", channel: "C1", ts: "1.1", from: "U0ANNA" };
  const userName = text.slice(0, 80);
  return renderAssignForm({ userName, team: text.slice(0, 80), assignment }, texts);
};

export const homeOf = (text: string, texts: Texts): Json => {
  const late = { items: 3, oldestAppendedAt: 0, deadLetters: 2 };
  return renderHome(
    {
      alarms: [{ name: "store", advice: text.slice(0, 500), since: 0 }],
      toSlack: late,
      toParley: late,
      conversations: numbered(70, (n) => ({
        userId: `${n}`,
        user: { name: text },
        link: LINK,
        waitingSince: n,
        whose: n % 3 === 0 ? "mine" : n % 3 === 1 ? "unclaimed" : "others",
        claimedBy: "U0ANNA",
        team: text.slice(0, 50),
        reason: text,
        wish: text,
        lastWroteAt: n,
        channel: "C0",
      })),
      undecided: numbered(5, (n) => ({
        dead: { ...DEAD, ts: `${n}.0` },
        fate: n % 2 === 0 ? "failed" : "uncertain",
        agent: "U0ANNA",
        user: { name: text },
        userId: `${n}`,
        link: LINK,
      })),
      wish: { show: "all", page: 1, team: text.slice(0, 50) },
      teams: [text.slice(0, 50), "Billing"],
      said: texts.decided.settled,
      channels: ["C0"],
      now: 1e9,
    },
    texts,
  );
};

/** What people are told without blocks. */
export const LINES: Readonly<Record<string, (text: string, texts: Texts) => string>> = {
  "a button pressed": (_, texts) => renderDecided("takingOver", texts),
  "a thread that its conversation has left": (team, texts) =>
    renderLeftThread(team, LINK, texts).replaceAll(/[<>]/g, ""),
  "a claim that cannot be asked for": (team, texts) =>
    renderClaimProblem({ problem: "not-agent", team }, texts),
  "a move that cannot be asked for": (team, texts) =>
    renderMoveProblem({ problem: "with-team", team }, texts),
  "a move by somebody who may not": (team, texts) =>
    renderRefusal({ kind: "not-agent", team, ask: [] }, texts),
  "a form that did not open": (message, texts) =>
    renderFormNotOpened({ code: "slack-api", disposition: "fatal", message }, texts),
};
