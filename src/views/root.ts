import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { formatMoment, oneLine, shorten } from "../convert/text/slack-text.ts";
import { actions, context, contextOf } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { ConversationId, UserId } from "../ids.ts";
import type { Json } from "../json.ts";
import { ACTIONS, actionButton, actionMenu, menuEntry, ROOT_MENU } from "./actions.ts";
import type { RootDetails } from "./details-parts.ts";
import { languageOf } from "./language-of.ts";
import { nameOf } from "./name-of.ts";
import { mention } from "./notice.ts";
import { CODE_LIMIT, ours, richTextBlock, theirs } from "./rich-text-lines.ts";
import { headlineOf, reasonLine } from "./root-headline.ts";
import { describeState, lookOf, type RootLook, type RootState } from "./root-state.ts";
import type { UserDetails } from "./root-user.ts";
import type { Texts } from "./texts/en.ts";

/** The reason of a handover that came while the User was with us already. */
export interface FurtherReason {
  readonly reason: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** What is known of a conversation, and shown by the root of its thread and by the details below it. Stored. */
export interface RootFacts extends RootState, RootDetails {
  readonly id: ConversationId;
  readonly userId: UserId;
  readonly user: UserDetails;
  /** The reasons of further handovers, oldest first; no more than a handful. */
  readonly furtherReasons?: readonly FurtherReason[];
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
  /** There are quick answers. */
  answerable?: boolean;
  /** No agent has answered yet. */
  declinable?: boolean;
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

/** Together they fit on one line of a channel beside an open thread. */
const NAME_LIMIT = 40;
const WORDS_LIMIT = 80;
const NOTE_LIMIT = 120;

const SIGNS: Readonly<Record<RootLook, string>> = {
  waiting: "large_orange_circle",
  silent: "red_circle",
  answered: "large_green_circle",
  ended: "white_circle",
};

/**
 * The root, in four lines, so that a channel reads like a list: who it is and what about; the reason to the letter, who waits
 * or answers, or how it ended; what is out of the ordinary; what can be done. Everything else is in the details below it. `now`
 * in ms.
 */
export function renderRoot(
  facts: RootFacts,
  links: RootLinks,
  now: number,
  texts: Texts,
): SlackMessage {
  const name = shorten(nameOf(facts, texts), NAME_LIMIT);
  const words = shorten(headlineOf(facts, texts), WORDS_LIMIT);
  const reason = shorten(reasonLine(facts.metadata) ?? "", CODE_LIMIT) || undefined;
  const ended = endOf(facts, links, texts);
  const look = ended === undefined ? lookOf(facts, now) : "ended";
  const headline = [
    { type: "emoji", name: SIGNS[look] },
    ...ours(" "),
    ...theirs(name, NAME_LIMIT, { bold: true }),
    ...ours(" · "),
    ...theirs(words, WORDS_LIMIT),
  ];
  const state = links.movedTo
    ? describeLeft(links.movedTo, texts)
    : describeState(facts, links.into, now, texts);
  const about = [state, ...describeLanguage(facts, texts), ...previousOf(links, texts)].join(" · ");
  const notes = notesOf(facts, links, texts).slice(0, ended === undefined ? 1 : 2);
  const blocks: Json[] = [
    richTextBlock([headline]),
    reason === undefined ? context(about) : contextOf({ plain: reason }, { mrkdwn: `· ${about}` }),
    ...notes.map(context),
    ...(ended === undefined ? [actions(...elementsFor(facts, links, texts))] : []),
  ];
  const said = [name, words, ...(reason === undefined || reason === words ? [] : [reason])];
  return { text: `${ended ?? ""}${said.map(literalMrkdwn).join(" · ")}`, blocks };
}

function describeLeft(
  { link, by, team, at, inVain }: NonNullable<RootLinks["movedTo"]>,
  { root }: Texts,
): string {
  const words = inVain
    ? root.movedInVain(link, mention(by))
    : root.movedTo(link, mention(by), teamName(team));
  return `${words} · ${formatMoment(at)}`;
}

function describeLanguage(facts: RootFacts, { root }: Texts): string[] {
  const language = languageOf(facts);
  return language ? [`${root.language} ${literalMrkdwn(oneLine(shorten(language, 40)))}`] : [];
}

const previousOf = ({ previous }: RootLinks, { root }: Texts): string[] =>
  previous === undefined ? [] : [linkTo(previous, root.previousShort)];

/** What is out of the ordinary, a line each: what people need most comes first. The details have what is left out. */
function notesOf(
  { ownerUnverified, ending }: RootFacts,
  { lost, next, movedFrom }: RootLinks,
  { root }: Texts,
): string[] {
  const notes = [
    ending?.note && root.note(literalMrkdwn(oneLine(shorten(ending.note, NOTE_LIMIT)))),
    next && `:arrow_right: ${linkTo(next, root.next)}`,
    ownerUnverified === true && `:warning: ${root.ownerUnverified}`,
    lost && `:warning: ${root.lost(lost)}`,
    movedFrom && describeMovedFrom(movedFrom, root),
  ];
  return notes.flatMap((note) => note || []);
}

export const describeMovedFrom = ({ link, by, team }: MoveLink, root: Texts["root"]): string =>
  `:leftwards_arrow_with_hook: ${root.movedFrom(link, mention(by), teamName(team))}`;

/** What can be done with an open conversation: buttons, and a menu with the rest. */
function elementsFor(
  { id, claim }: RootFacts,
  { movable, answerable, declinable }: RootLinks,
  { root: { buttons: words } }: Texts,
): Json[] {
  const isOffered = (name: (typeof ROOT_MENU)[number]): boolean => {
    if (name === "quickAnswer") return answerable === true;
    if (name === "decline") return declinable === true;
    return name !== "move" || movable === true;
  };
  const buttons = [
    claim
      ? actionButton(ACTIONS.release, { conversation: id, from: claim.by }, { text: words.release })
      : actionButton(ACTIONS.take, id, { text: words.take }),
    actionButton(ACTIONS.handBack, id, { text: words.handBack }),
  ];
  const entries = ROOT_MENU.filter(isOffered).map((name) =>
    menuEntry(ACTIONS[name], id, words[name]),
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
  if (!ending || state === "open") return undefined;
  return root.ended[ending.reason === "declined" ? "declined" : state];
}

const teamName = (team: string | undefined): string | undefined =>
  team === undefined ? undefined : literalMrkdwn(oneLine(shorten(team, 80)));

export const linkTo = (url: string, label: string): string => `<${url}|${label}>`;
