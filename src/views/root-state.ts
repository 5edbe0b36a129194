import type { HandBackReason } from "../config/desk-rules.ts";
import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { formatMoment, oneLine, shorten } from "../convert/text/slack-text.ts";
import type { ServiceId, Thread } from "../ids.ts";
import { mention } from "./notice.ts";
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
}

export interface RootState {
  readonly state: "open" | EndState;
  /** ms since the epoch. */
  readonly openedAt: number;
  readonly ending?: Ending;
}

/**
 * Whether the conversation is open, or how it ended. Slack's mrkdwn. `into`: the address of the thread in which a merged User
 * goes on.
 */
export function describeState(
  { state, ending, openedAt }: RootState,
  { into }: { into?: string },
  { root }: Texts,
): string {
  if (state === "open" || !ending) {
    return `:large_green_circle: ${root.open(formatMoment(openedAt))}`;
  }
  const at = formatMoment(ending.at);
  const to = ending.to && literalMrkdwn(oneLine(shorten(ending.to.name, 80)));
  switch (state) {
    case "handed-back": {
      const by = ending.by === undefined ? undefined : mention(ending.by);
      const note = ending.note && `\n${root.note(literalMrkdwn(shorten(ending.note, 500)))}`;
      return `:white_circle: ${root.handedBack(to, by, at)}${note ?? ""}`;
    }
    case "taken-away":
      return `:white_circle: ${root.takenAway(to, at)}`;
    case "merged":
      return `:white_circle: ${root.merged(into, at)}`;
  }
}
