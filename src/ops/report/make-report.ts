import type { Conversation } from "../../bridge/conversation.ts";
import type { Desk } from "../../bridge/desk-ports.ts";
import type { OpeningHours } from "../../config/desk-rules.ts";
import { cleanName } from "../../convert/text/clean-name.ts";
import { anyReasonOf } from "../../convert/text/reason-of.ts";
import { oneLine, shorten } from "../../convert/text/slack-text.ts";
import { localTime, nextDay } from "../../desk/local-time.ts";
import { createOpenTimer, type OpenTimer } from "../../desk/open-timer.ts";
import type { OpenReport } from "../../state/open-report.ts";
import { type ConversationTimes, type Figures, figuresOf } from "./figures.ts";
import { timesOf } from "./times-of.ts";

/** Which conversations are meant: those that opened in it. Times are ms since the epoch; `to` is not a part of it. */
export interface ReportWish {
  readonly from: number;
  readonly to: number;
  readonly timezone: string;
  /** What people call it. */
  readonly period: string;
  /** Only this team. */
  readonly team?: string;
}

export const GROUPINGS = ["team", "agent", "reason", "outcome", "ending"] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Group extends Figures {
  readonly name: string;
}

/** How many conversations began on a day, and what became of them. */
export interface Day {
  readonly day: string;
  readonly answered: number;
  readonly unanswered: number;
  readonly open: number;
}

export interface Report extends ReportWish {
  readonly asOf: number;
  /** What the reader has to know about the figures. */
  readonly notes: readonly string[];
  readonly total: Figures;
  /** Those with the most conversations first. */
  readonly groups: Readonly<Record<Grouping, readonly Group[]>>;
  readonly days: readonly Day[];
  /** How many began in each hour of the week: 7 days of 24, Monday first. */
  readonly week: readonly (readonly number[])[];
  /** How long each waited for the first answer, in ms; -1: it was over before. Those that still wait are left out. */
  readonly firstAnswers: readonly number[];
}

const REASON_LIMIT = 80;

/** What stands for it where nothing is known. */
const NONE = "(none)";

export async function makeReport(
  state: Pick<OpenReport, "conversations" | "audit">,
  wish: ReportWish,
  {
    desk,
    retentionDays,
    now,
  }: { desk: Pick<Desk, "teamOf" | "rulesOf">; retentionDays: number; now: number },
): Promise<Report> {
  const rows: ConversationTimes[] = [];
  const firstAnswers: number[] = [];
  const groups = Object.fromEntries(
    GROUPINGS.map((name) => [name, new Map<string, ConversationTimes[]>()]),
  ) as Record<Grouping, Map<string, ConversationTimes[]>>;
  const days = new Map<string, { answered: number; unanswered: number; open: number }>();
  const week = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0));
  let unreadable = 0;

  const timers = new Map<OpeningHours, OpenTimer>();
  function openMsOf(hours: OpeningHours | undefined): OpenTimer {
    if (!hours) return (from, to) => Math.max(0, to - from);
    const timer = timers.get(hours) ?? createOpenTimer(hours, wish.from);
    timers.set(hours, timer);
    return timer;
  }

  function add(conversation: Conversation, team: string): void {
    const times = timesOf(conversation, openMsOf(desk.rulesOf(conversation).hours), now);
    rows.push(times);
    const names: Readonly<Record<Grouping, string>> = {
      team,
      agent: conversation.claim?.by ?? NONE,
      reason: shorten(oneLine(anyReasonOf(conversation.metadata) ?? NONE), REASON_LIMIT),
      outcome: conversation.ending?.outcome ?? NONE,
      ending: endingOf(conversation),
    };
    for (const grouping of GROUPINGS) {
      const of = groups[grouping].get(names[grouping]);
      if (of) of.push(times);
      else groups[grouping].set(names[grouping], [times]);
    }
    const there = localTime(conversation.openedAt, wish.timezone);
    const day = days.get(there.day) ?? { answered: 0, unanswered: 0, open: 0 };
    days.set(there.day, day);
    const { toAnswer, isOpen } = times;
    day[toAnswer !== undefined ? "answered" : isOpen ? "open" : "unanswered"] += 1;
    if (toAnswer !== undefined || !isOpen) firstAnswers.push(toAnswer ?? -1);
    const hours = week[there.weekday - 1];
    if (hours) hours[there.hour] = (hours[there.hour] ?? 0) + 1;
  }

  for await (const page of state.conversations()) {
    unreadable += page.unreadable;
    for (const conversation of page.conversations) {
      const { openedAt } = conversation;
      if (openedAt < wish.from || openedAt >= wish.to) continue;
      const team = desk.teamOf(conversation).name;
      if (wish.team === undefined || wish.team === team) add(conversation, team);
    }
  }

  const names = await namesOf(groups.agent, state, wish.from, now);
  const sorted = (grouping: Grouping): Group[] =>
    [...groups[grouping]]
      .map(([name, of]) => ({
        name: grouping === "agent" ? (names.get(name) ?? name) : name,
        ...figuresOf(of),
      }))
      .sort((a, b) => b.conversations - a.conversations || (a.name < b.name ? -1 : 1));
  return {
    ...wish,
    asOf: now,
    notes: notesOf(wish, { retentionDays, now, unreadable }),
    total: figuresOf(rows),
    groups: {
      team: sorted("team"),
      agent: sorted("agent"),
      reason: sorted("reason"),
      outcome: sorted("outcome"),
      ending: sorted("ending"),
    },
    days: inARow(days),
    week,
    firstAnswers,
  };
}

/** From the first of these days to the last, with those on which nothing began. */
function inARow(counts: ReadonlyMap<string, Omit<Day, "day">>): Day[] {
  const sorted = [...counts.keys()].sort();
  const last = sorted.at(-1) ?? "";
  const days: Day[] = [];
  for (let day = sorted[0]; day !== undefined && day <= last; day = nextDay(day)) {
    days.push({ day, ...(counts.get(day) ?? { answered: 0, unanswered: 0, open: 0 }) });
  }
  return days;
}

const endingOf = ({ state, ending }: Conversation): string =>
  state === "handed-back" ? (ending?.reason ?? "handed_back") : state.replace("-", "_");

/** How people are called, as the audit knows it: their newest name, with the id behind it. */
async function namesOf(
  agents: ReadonlyMap<string, unknown>,
  { audit }: Pick<OpenReport, "audit">,
  since: number,
  until: number,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for await (const page of audit.pages({ since, until })) {
    for (const { by, byName } of page) {
      if (by && byName && agents.has(by)) names.set(by, `${cleanName(byName)} (${by})`);
    }
  }
  return names;
}

const DAY_MS = 86_400_000;

function notesOf(
  { from, to }: ReportWish,
  given: { retentionDays: number; now: number; unreadable: number },
): string[] {
  const { retentionDays, now, unreadable } = given;
  const keptFrom = now - retentionDays * DAY_MS;
  const day = new Date(keptFrom).toISOString().slice(0, 10);
  return [
    ...(from < keptFrom
      ? [
          `Conversations that ended before ${day} are not there any more (RETENTION_DAYS=${retentionDays}), so there were more than are counted here.`,
        ]
      : []),
    ...(to > now ? ["The period is not over yet."] : []),
    ...(unreadable > 0
      ? [`${unreadable} stored conversations cannot be read by this version and are left out.`]
      : []),
  ];
}
