import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { bold, causeText, mention, notice, quiet, quoted } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** Why a conversation was not given to another team. Names are literal text. */
export type MoveRefusal =
  /** It is over. */
  | { why: "ended" }
  /** It goes on elsewhere: `team` has it, and `by` (Slack id) has moved it. */
  | { why: "elsewhere"; team: string; by?: string; link?: string }
  /** It is with that team already. */
  | { why: "there"; team: string }
  | { why: "no-team" }
  /** It was tried for too long, or met a defect. */
  | { why: "failed" }
  /** Slack does not let the bridge post in the channel of that team. */
  | { why: "refused"; reason: string };

/** In the thread that `agent` (Slack id) has moved away from: `link` is where the User goes on. */
export const renderMovedAway = (
  { agent, team, link }: { agent: string; team: string; link: string },
  { moved }: Texts,
): SlackMessage => quiet(`:arrow_right: ${moved.away(mention(agent), bold(team), link)}`);

/** What `agent` (Slack id) has to say to the colleagues who have the User from now on. */
export const renderMoveNote = (
  { agent, note }: { agent: string; note: string },
  { moved }: Texts,
): SlackMessage => notice(`:lock: ${moved.note(mention(agent))}\n${quoted(note)}`);

/** To whoever wanted a User moved to the team `to`. */
export function renderNotMoved(
  { to, refusal, note }: { to: string; refusal: MoveRefusal; note?: string },
  texts: Texts,
): SlackMessage {
  const words = texts.moved;
  const lines = [
    `:information_source: ${words.notMoved(bold(to))} ${describe(refusal, texts)}`,
    note === undefined ? "" : `${words.noteNotPosted}\n${quoted(note)}`,
  ];
  return notice(lines.filter(Boolean).join("\n"));
}

function describe(refusal: MoveRefusal, { moved: { refusals } }: Texts): string {
  switch (refusal.why) {
    case "elsewhere": {
      const by = refusal.by === undefined ? undefined : mention(refusal.by);
      return refusals.elsewhere(bold(refusal.team), by, refusal.link);
    }
    case "there":
      return refusals.there(bold(refusal.team));
    case "refused":
      return refusals.refused(causeText(refusal.reason));
    default:
      return refusals[refusal.why];
  }
}
