import { toServiceId, toUserId } from "../../../ids.ts";
import type { Json } from "../../../json.ts";
import { renderAnswerForm } from "../../../views/answer-form.ts";
import { renderAssignForm } from "../../../views/assign-form.ts";
import { renderDeclineForm } from "../../../views/decline-form.ts";
import { renderErase, renderEraseFind } from "../../../views/erase-forms.ts";
import { renderHandBackForm } from "../../../views/hand-back-form.ts";
import { renderHome } from "../../../views/home.ts";
import { renderMoveForm } from "../../../views/move-form.ts";
import type { Texts } from "../../../views/texts/en.ts";
import { DEAD, LINK, numbered } from "./sample-values.ts";

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

/** The forms to erase a User, the second one of a User who was merged often. */
export const eraseFindOf = (_: string, texts: Texts): Json => renderEraseFind(texts);

export const eraseFormOf = (text: string, texts: Texts): Json => {
  const userId = toUserId(text.slice(0, 200));
  const userIds = [userId, ...numbered(40, () => userId)] as const;
  return renderErase({ userIds, conversations: 3, threads: 4, undelivered: 5 }, texts);
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
      mayErase: true,
      said: texts.decided.settled,
      channels: ["C0"],
      now: 1e9,
    },
    texts,
  );
};
