import type { HandBackReason } from "../config/desk-rules.ts";
import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { formatMoment, oneLine, shorten } from "../convert/text/slack-text.ts";
import type { ServiceId, Thread } from "../ids.ts";
import { formatDuration } from "./format-duration.ts";
import { mention } from "./notice.ts";
import { lastRootStep } from "./root-steps.ts";
import type { Texts } from "./texts/en.ts";

/** Who ended a conversation: an agent of ours, another Service, or a merge. */
export type EndState = "handed-back" | "taken-away" | "merged";

/** The Service that a User went to. */
export interface Destination {
  readonly id: ServiceId;
  readonly name: string;
}

/** How a conversation ended. */
export interface Ending {
  /** ms since the epoch. */
  readonly at: number;
  /** The new owner; missing if the User was merged into another one. */
  readonly to?: Destination;
  /** The thread in which the merged User goes on. */
  readonly into?: Thread;
  /** Slack id; missing: it happened outside of Slack. */
  readonly by?: string;
  /** What the agent wrote for the next Service when handing the User back. */
  readonly note?: string;
  /** Why the User was handed back, as the Service is told; missing: an agent did it, or a version that knew no other reason. */
  readonly reason?: HandBackReason;
  /** What the agent chose of the team's outcomes. */
  readonly outcome?: string;
  readonly tags?: readonly string[];
  /** What the Service may show to the User. */
  readonly messageForUser?: string;
}

/** Who answers. */
export interface Claim {
  /** Slack id. */
  readonly by: string;
  /** ms since the epoch. */
  readonly since: number;
  /**
   * The same moment by Slack's clock, like the `ts` of a message: that of the button, or of the reply, that claimed it. Missing:
   * Slack told none.
   */
  readonly ts?: string;
}

export interface RootState {
  readonly state: "open" | EndState;
  /** ms since the epoch. */
  readonly openedAt: number;
  readonly ending?: Ending;
  /** The agent who answers; missing: nobody yet, or nobody any more. */
  readonly claim?: Claim;
  /** The oldest message of the User that no agent has answered yet, or the handover. ms since the epoch. */
  readonly waitingSince?: number;
}

/** What people see first. `silent`: the agent who answers has owed an answer for long. */
export type RootLook = "waiting" | "answered" | "silent" | "ended";

export function lookOf({ state, claim, waitingSince }: RootState, now: number): RootLook {
  if (state !== "open") return "ended";
  if (waitingSince === undefined) return "answered";
  if (!claim) return "waiting";
  return lastRootStep("silent", now - since(claim, waitingSince)) === undefined
    ? "answered"
    : "silent";
}

const since = (claim: Claim, waitingSince: number): number => Math.max(claim.since, waitingSince);

/**
 * Who waits, who answers, or how it ended. Slack's mrkdwn, without a line break. `into`: the address of the thread in which a
 * merged User goes on. How long somebody waits is told in steps, so that the same is said for a while.
 */
export function describeState(
  facts: RootState,
  into: string | undefined,
  now: number,
  texts: Texts,
): string {
  const { root } = texts;
  const { state, ending, claim, waitingSince } = facts;
  if (state === "open" || !ending) {
    const isWaiting = waitingSince !== undefined;
    if (!claim)
      return isWaiting ? root.waiting(told("waiting", now - waitingSince, texts)) : root.unclaimed;
    const time = isWaiting ? told("silent", now - since(claim, waitingSince), texts) : undefined;
    return root.answers(mention(claim.by), time);
  }
  const at = formatMoment(ending.at);
  const to = ending.to && literalMrkdwn(oneLine(shorten(ending.to.name, 80)));
  switch (state) {
    case "handed-back": {
      const by = ending.by === undefined ? undefined : mention(ending.by);
      if (ending.reason === "declined") return root.declined(to, by, at);
      const outcome = ending.outcome && `${literalMrkdwn(oneLine(shorten(ending.outcome, 80)))} · `;
      return root.handedBack(to, by, `${outcome ?? ""}${at}`);
    }
    case "taken-away":
      return root.takenAway(to, at);
    case "merged":
      return root.merged(into, at);
  }
}

const told = (kind: "waiting" | "silent", ms: number, texts: Texts): string | undefined => {
  const step = lastRootStep(kind, ms);
  return step === undefined ? undefined : formatDuration(step, texts);
};
