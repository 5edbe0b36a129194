import { actions, section } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { ACTIONS, actionButton, type HeldConversation } from "./actions.ts";
import { bold, mention, notice, quiet, quoted } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** Who answers a User from now on. Slack ids. */
export interface ClaimChange {
  /** Who wanted it; missing: the desk itself. */
  readonly by?: string;
  /** Missing: nobody. */
  readonly to?: string;
  /** Who had the User before; missing: nobody. */
  readonly from?: string;
  readonly note?: string;
}

/** Why somebody else, or nobody, answers a User. */
export type ClaimLoss =
  /** `by`: who has the User now; missing: nobody. */
  | { readonly why: "overtaken"; readonly by?: string }
  | { readonly why: "ended" }
  /** The name of the team that has the User now. */
  | { readonly why: "moved"; readonly team: string }
  /** It was tried for too long, or met a defect. */
  | { readonly why: "failed" };

/** In the thread, for all who are there. */
export function renderClaimed(
  { by, to, from, note }: ClaimChange,
  { claims }: Texts,
): SlackMessage {
  const before = from === undefined ? undefined : mention(from);
  if (to === undefined) {
    const who = by === undefined ? undefined : mention(by);
    return quiet(`:wave: ${claims.released(who, by === from ? undefined : before)}`);
  }
  const who = mention(to);
  const words =
    by === to
      ? `:raising_hand: ${claims.taken(who, before)}`
      : `:point_right: ${by === undefined ? claims.assignedByTurns(who) : claims.assigned(mention(by), who, before)}`;
  return note === undefined ? quiet(words) : notice(`${words}\n${quoted(note)}`);
}

/** To whom somebody has given a User: `link` is the thread, `user` the User's name as literal text. */
export function renderAssignedToYou(
  { by, note, link, user }: Pick<ClaimChange, "by" | "note"> & { link: string; user: string },
  { claims }: Texts,
): SlackMessage {
  const who = by === undefined ? undefined : mention(by);
  const words = `:point_right: ${claims.assignedToYou(who, bold(user), link)}`;
  return notice(note === undefined ? words : `${words}\n${quoted(note)}`);
}

/** To whoever wanted `to` (Slack id), or nobody, to have a User, and came too late. */
export function renderNotClaimed(
  { to, loss, note }: { to?: string; loss: ClaimLoss; note?: string },
  { claims, claimProblems }: Texts,
): SlackMessage {
  const headline = to === undefined ? claims.notReleased : claims.notClaimed(mention(to));
  const isSo = to !== undefined && loss.why === "overtaken" && loss.by === to;
  const why = isSo ? claimProblems["has-already"] : `${headline} ${describe(loss, claims)}`;
  const lines = [
    `:information_source: ${why}`,
    note === undefined ? "" : `${claims.noteNotPosted}\n${quoted(note)}`,
  ];
  return notice(lines.filter(Boolean).join("\n"));
}

function describe(loss: ClaimLoss, { losses }: Texts["claims"]): string {
  switch (loss.why) {
    case "overtaken":
      return loss.by === undefined ? losses.nobody : losses.overtaken(mention(loss.by));
    case "moved":
      return losses.moved(bold(loss.team));
    default:
      return losses[loss.why];
  }
}

/** To somebody who wants a User whom `from` (Slack id) answers. Whoever presses that takes the User from them, and from nobody else. */
export function renderTakeFrom(whose: HeldConversation, { claims }: Texts): SlackMessage {
  const text = `:information_source: ${claims.answersAlready(mention(whose.from))}`;
  const { button, ...confirm } = claims.instead;
  return {
    text,
    blocks: [
      section(text),
      actions(actionButton(ACTIONS.takeFrom, whose, { text: button, confirm })),
    ],
  };
}
