import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { reasonOf } from "../convert/text/reason-of.ts";
import { formatMoment, formatMomentElement, oneLine, shorten } from "../convert/text/slack-text.ts";
import { actions, context, header } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { ConversationId, UserId } from "../ids.ts";
import type { Json } from "../json.ts";
import {
  ACTIONS,
  type ActionName,
  actionButton,
  actionMenu,
  menuEntry,
  ROOT_BUTTONS,
  ROOT_MENU,
} from "./actions.ts";
import { nameOf } from "./name-of.ts";
import { mention } from "./notice.ts";
import { describeReason } from "./reason.ts";
import { CODE_LIMIT, code, type Line, ours, richTextBlock } from "./rich-text-lines.ts";
import { type RootDetails, renderDetails } from "./root-details.ts";
import { describeState, type RootState } from "./root-state.ts";
import { describeDetails, type UserDetails } from "./root-user.ts";
import type { Texts } from "./texts/en.ts";

/** The reason of a handover that came while the User was with us already. */
export interface FurtherReason {
  readonly reason: string;
  /** ms since the epoch. */
  readonly at: number;
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

/** What is known of a conversation, and shown by the root of its thread. Stored. */
export interface RootFacts extends RootState, RootDetails {
  readonly id: ConversationId;
  readonly userId: UserId;
  readonly user: UserDetails;
  /** The reasons of further handovers, oldest first; no more than a handful. */
  readonly furtherReasons?: readonly FurtherReason[];
  /** The agent who answers; missing: nobody yet, or nobody any more. */
  readonly claim?: Claim;
  /** The oldest message of the User that no agent has answered yet, or the handover. ms since the epoch. */
  readonly waitingSince?: number;
  /** Parley did not say whether we own the User when this was opened. */
  readonly ownerUnverified?: true;
}

/** A move of a conversation from one team to another. */
interface MoveLink {
  /** The address of the other thread. */
  link: string;
  /** Slack id of whoever did it. */
  by: string;
  /** The other team; missing: its name is not known. */
  team?: string;
}

/** What else there is: the addresses of other threads that have to do with a conversation. */
export interface RootLinks {
  /** There is another team that can have it. */
  movable?: boolean;
  /** Where it was before. */
  movedFrom?: MoveLink;
  /** It has left this thread for another, or went on elsewhere before it came here. */
  movedTo?: Partial<MoveLink> & {
    by: string;
    /** ms since the epoch. */
    at: number;
    inVain?: true;
  };

  /** Where it was before its thread went. */
  lost?: string;
  /** The User's thread before this one. */
  previous?: string;
  /** The User's thread after this one. */
  next?: string;
  /** The thread in which a merged User goes on. */
  into?: string;
}

/**
 * The root: reason, User, state, all metadata, transcript. What does not fit is named and comes whole with
 * {@link renderOverflow}. What others gave is `rich_text`: nothing in it acts, and people can copy it as it was. It stays
 * well below `SLACK_LIMITS.blockTextPerMessage`.
 */
export function renderRoot(facts: RootFacts, links: RootLinks, texts: Texts): SlackMessage {
  const { root } = texts;
  const reason = reasonOf(facts.metadata);
  const headline = reason
    ? shorten(oneLine(describeReason(reason, texts)), CODE_LIMIT)
    : root.newConversation;
  const who = literalMrkdwn(nameOf(facts, texts));
  const ended = endOf(facts, links, texts);
  const blocks: Json[] = [
    header(headline),
    richTextBlock(describeUser(facts, reason, texts)),
    ...renderDetails(facts, texts),
  ];
  if (facts.ownerUnverified) blocks.push(context(`:warning: ${root.ownerUnverified}`));
  if (links.lost) blocks.push(context(`:warning: ${root.lost(links.lost)}`));
  if (links.previous) {
    blocks.push(context(`:leftwards_arrow_with_hook: ${linkTo(links.previous, root.previous)}`));
  }
  if (links.movedFrom) {
    const { link, by, team } = links.movedFrom;
    blocks.push(
      context(`:leftwards_arrow_with_hook: ${root.movedFrom(link, mention(by), teamName(team))}`),
    );
  }
  if (links.movedTo) {
    const { link, by, team, at, inVain } = links.movedTo;
    const words = inVain
      ? root.movedInVain(link, mention(by))
      : root.movedTo(link, mention(by), teamName(team));
    blocks.push(context(`:arrow_right: ${words} · ${formatMoment(at)}`));
  } else {
    blocks.push(context(describeState(facts, links, texts)));
  }
  if (links.next) blocks.push(context(`:arrow_right: ${linkTo(links.next, root.next)}`));
  if (ended === undefined) {
    blocks.push(actions(...elementsFor(facts, links, texts)));
  }
  return { text: `${ended ?? ""}${literalMrkdwn(headline)} · ${who}`, blocks };
}

function describeUser(facts: RootFacts, reason: string | undefined, texts: Texts): Line[] {
  const { root } = texts;
  return [
    describeDetails(facts.user, texts),
    [...ours(`${root.userId} `), ...code(facts.userId)],
    ...(reason === undefined ? [] : [[...ours(`${root.reason} `), ...code(reason)]]),
    ...(facts.furtherReasons ?? []).map(({ reason: further, at }) => [
      ...ours(`${root.furtherReason} `),
      ...code(further),
      ...ours(" · "),
      formatMomentElement(at),
    ]),
  ];
}

/** What can be done with an open conversation: buttons, and a menu with the rest. */
function elementsFor(facts: RootFacts, { movable }: RootLinks, { root }: Texts): Json[] {
  const isOffered = (name: ActionName): boolean => {
    if (name === "take") return facts.claim === undefined;
    if (name === "release") return facts.claim !== undefined;
    return name !== "move" || movable === true;
  };
  const buttons = ROOT_BUTTONS.filter(isOffered).map((name) =>
    actionButton(ACTIONS[name], facts.id, { text: root.buttons[name] }),
  );
  const entries = ROOT_MENU.filter(isOffered).map((name) =>
    menuEntry(ACTIONS[name], facts.id, root.buttons[name]),
  );
  return entries.length === 0 ? buttons : [...buttons, actionMenu(...entries)];
}

/** What stands in front of the notification of a root under which nobody answers any more. */
function endOf(
  { state, ending }: RootFacts,
  { movedTo }: RootLinks,
  { root }: Texts,
): string | undefined {
  if (movedTo) return root.ended.moved;
  return ending && state !== "open" ? root.ended[state] : undefined;
}

const teamName = (team: string | undefined): string | undefined =>
  team === undefined ? undefined : literalMrkdwn(oneLine(shorten(team, 80)));

const linkTo = (url: string, label: string): string => `<${url}|${label}>`;
