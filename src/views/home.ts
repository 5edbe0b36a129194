import type { Alarm } from "../alarms.ts";
import type { Backlog } from "../backlog.ts";
import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { escapeText, formatMoment } from "../convert/text/slack-text.ts";
import { actions, context, header, section, select } from "../convert/to-slack/blocks.ts";
import { SLACK_LIMITS } from "../convert/to-slack/slack-limits.ts";
import type { Json } from "../json.ts";
import {
  ACTIONS,
  actionButton,
  HOME_FILTERS,
  type HomeFilter,
  type HomeWish,
  MENU,
  menuEntry,
  type UndecidedReply,
} from "./actions.ts";
import {
  type ConversationLine,
  describeMatter,
  describeWaiting,
  inOrder,
  WHOSE,
} from "./conversation-list.ts";
import { deadLetterBlocks } from "./failed-reply.ts";
import { formatDuration } from "./format-duration.ts";
import { nameOf } from "./name-of.ts";
import type { Texts } from "./texts/en.ts";

/** A reply that waits for somebody to decide whether it goes again. */
export interface UndecidedLine extends Pick<ConversationLine, "user" | "userId" | "link"> {
  readonly dead: UndecidedReply;
  readonly fate: "failed" | "uncertain";
  /** Slack id of its writer. */
  readonly agent: string;
}

export interface HomeView {
  alarms: readonly Alarm[];
  toSlack: Backlog;
  toParley: Backlog;
  /** All that this person may see. */
  conversations: readonly ConversationLine[];
  undecided: readonly UndecidedLine[];
  /** What they want to see of it. */
  wish: HomeWish;
  /** The names of their teams. */
  teams: readonly string[];
  /** Ids of the channels in which threads open. */
  channels: readonly string[];
  /** They may have a User's data erased. */
  mayErase: boolean;
  /** What became of the button that was pressed here. */
  said?: string;
  now: number;
}

/** Everything is a little late now and then; this is worth telling. */
const DELAY_MS = 60_000;

const describeAlarms = ({ alarms, now }: HomeView, texts: Texts): string[] =>
  alarms.map(({ name, advice, since }) => {
    const inert = { name, advice: escapeText(advice.replace(/\.$/, "")) };
    return `:rotating_light: ${texts.home.alarm(formatDuration(now - since, texts), inert)}`;
  });

function describeDelays({ toSlack, toParley, now }: HomeView, texts: Texts): string[] {
  const delay = (towards: "Slack" | "Parley", { items, oldestAppendedAt }: Backlog) => {
    const age = oldestAppendedAt === undefined ? 0 : now - oldestAppendedAt;
    if (age <= DELAY_MS) return [];
    const text = texts.home.delayed(items, towards, formatDuration(age, texts));
    return [`:hourglass_flowing_sand: ${text}`];
  };
  const dead = toSlack.deadLetters + toParley.deadLetters;
  return [
    ...delay("Slack", toSlack),
    ...delay("Parley", toParley),
    ...(dead > 0 ? [`:x: ${texts.home.dead(dead)}`] : []),
  ];
}

/** So many conversations stand on one page: Slack takes a hundred blocks, and people do not scroll for long. */
const PER_PAGE = 25;

/** The App Home: what is wrong, and who waits, those of whoever looks first. It stands as of `now` until it is asked for again. */
export function renderHome(view: HomeView, texts: Texts): Json {
  const { conversations, channels, teams, now, said } = view;
  const { team } = view.wish;
  // A team that is gone, or that they do not belong to any more, hides nobody.
  const wish = team !== undefined && teams.includes(team) ? view.wish : withoutTeam(view.wish);
  const ofTeam = conversations.filter((line) => (wish.team ?? line.team) === line.team);
  const lines = inOrder(ofTeam.filter(FITS[wish.show]));
  const pages = Math.max(1, Math.ceil(lines.length / PER_PAGE));
  // Those who were on a page that is gone may have been answered: then the last one is shown.
  const page = Math.min(wish.page, pages - 1);
  const shown = lines.slice(page * PER_PAGE, (page + 1) * PER_PAGE);
  const count = conversations.length;
  const asOf = texts.home.asOf(formatMoment(now));
  return {
    type: "home",
    private_metadata: ACTIONS.showHome.write({ ...wish, page: 0 }),
    blocks: [
      header(count === 0 ? texts.home.nobodyWaits : texts.conversations.count(count)),
      ...(said ? [section(said)] : []),
      ...describeAlarms(view, texts).map(section),
      ...describeDelays(view, texts).map(section),
      ...renderUndecided(view.undecided, texts),
      filters(wish, ofTeam, teams, texts),
      ...renderGroups(shown, lines, now, texts),
      ...(lines.length === 0 && count > 0 ? [context(texts.home.noneSuch)] : []),
      ...(pages > 1 ? renderPages({ ...wish, page }, pages, texts) : []),
      ...(view.mayErase
        ? [actions(actionButton(ACTIONS.erase, "find", { text: texts.home.erase }))]
        : []),
      context(
        `${asOf} ${texts.home.footer(channels.map((id) => `<#${escapeText(id)}>`).join(", "))}`,
      ),
    ],
  };
}

const withoutTeam = ({ show, page }: HomeWish): HomeWish => ({ show, page });

const FITS: Readonly<Record<HomeFilter, (line: ConversationLine) => boolean>> = {
  all: () => true,
  mine: ({ whose }) => whose === "mine",
  unclaimed: ({ whose }) => whose === "unclaimed",
};

function filters(
  wish: HomeWish,
  lines: readonly ConversationLine[],
  teams: readonly string[],
  { home }: Texts,
): Json {
  const buttons = HOME_FILTERS.map((show, index) =>
    actionButton(
      ACTIONS.showHome,
      { ...wish, show, page: 0 },
      {
        text: home.show[show](lines.filter(FITS[show]).length),
        index,
        ...(wish.show === show && { style: "primary" }),
      },
    ),
  );
  const refresh = actionButton(ACTIONS.showHome, wish, {
    text: home.refresh,
    index: HOME_FILTERS.length,
  });
  if (teams.length < 2) return actions(...buttons, refresh);
  const every = { ...withoutTeam(wish), page: 0 };
  const entries = [
    menuEntry(ACTIONS.showHome, every, home.allTeams),
    ...teams
      .slice(0, SLACK_LIMITS.optionsPerSelect - 1)
      .map((team) => menuEntry(ACTIONS.showHome, { ...every, team }, team)),
  ];
  const initial = entries[wish.team === undefined ? 0 : 1 + teams.indexOf(wish.team)] ?? entries[0];
  return actions(...buttons, select({ actionId: MENU.id, options: entries, initial }), refresh);
}

/** Each group under a line that says how many there are of it on all pages. */
const renderGroups = (
  shown: readonly ConversationLine[],
  all: readonly ConversationLine[],
  now: number,
  texts: Texts,
): Json[] =>
  WHOSE.flatMap((whose) => {
    const lines = shown.filter((line) => line.whose === whose);
    if (lines.length === 0) return [];
    const count = all.filter((line) => line.whose === whose).length;
    return [
      context(`*${texts.home.groups[whose](count)}*`),
      ...lines.map((line) => {
        const matter = describeMatter(line, now, texts);
        return section(`${describeWaiting(line, now, texts)}${matter && `\n${matter}`}`);
      }),
    ];
  });

const renderPages = (wish: HomeWish, pages: number, { home }: Texts): Json[] => {
  const to = (page: number, text: string, index: number): Json[] =>
    page < 0 || page >= pages
      ? []
      : [actionButton(ACTIONS.showHome, { ...wish, page }, { text, index })];
  return [
    context(home.page(wish.page + 1, pages)),
    actions(
      ...to(wish.page - 1, home.previous, HOME_FILTERS.length + 1),
      ...to(wish.page + 1, home.next, HOME_FILTERS.length + 2),
    ),
  ];
};

const renderUndecided = (undecided: readonly UndecidedLine[], texts: Texts): Json[] =>
  undecided.flatMap(({ dead, fate, agent, link, ...user }) => {
    const name = literalMrkdwn(nameOf(user, texts));
    return deadLetterBlocks({ fate, agent, dead, of: link ? `<${link}|${name}>` : name }, texts);
  });
