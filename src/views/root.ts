import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { reasonOf } from "../convert/text/reason-of.ts";
import { formatMomentElement, oneLine, shorten } from "../convert/text/slack-text.ts";
import { actions, context, header } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { ConversationId, UserId } from "../ids.ts";
import type { Json } from "../json.ts";
import { ACTIONS, actionButton, ROOT_ACTIONS } from "./actions.ts";
import { nameOf } from "./name-of.ts";
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

/** What is known of a conversation, and shown by the root of its thread. Stored. */
export interface RootFacts extends RootState, RootDetails {
  readonly id: ConversationId;
  readonly userId: UserId;
  readonly user: UserDetails;
  /** The reasons of further handovers, oldest first; no more than a handful. */
  readonly furtherReasons?: readonly FurtherReason[];
  /** Parley did not say whether we own the User when this was opened. */
  readonly ownerUnverified?: true;
}

/** Addresses of other threads that have to do with a conversation. */
export interface RootLinks {
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
  const ended = facts.ending && facts.state !== "open" ? root.ended[facts.state] : undefined;
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
  blocks.push(context(describeState(facts, links, texts)));
  if (links.next) blocks.push(context(`:arrow_right: ${linkTo(links.next, root.next)}`));
  if (ended === undefined) {
    const buttons = ROOT_ACTIONS.map((name) =>
      actionButton(ACTIONS[name], facts.id, { text: root.buttons[name] }),
    );
    blocks.push(actions(...buttons));
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

const linkTo = (url: string, label: string): string => `<${url}|${label}>`;
