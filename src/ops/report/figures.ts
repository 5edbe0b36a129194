import { defined } from "../../defined.ts";

/** What is told of one conversation. Times are ms in which its team was open; missing: it did not come to that. */
export interface ConversationTimes {
  readonly toClaim?: number;
  readonly toAnswer?: number;
  readonly toEnd?: number;
  /** Until the first answer; in vain until it ended, or until now. */
  readonly waited: number;
  readonly isOpen: boolean;
  /** What the User thought of it, from 1 to 5. */
  readonly stars?: number;
}

export const MEASURES = ["toClaim", "toAnswer", "toEnd", "waited"] as const;
type Measure = (typeof MEASURES)[number];

/** Whole seconds; missing: there is nothing to tell them of. */
export interface Percentiles {
  readonly count: number;
  readonly p50?: number;
  readonly p75?: number;
  readonly p90?: number;
}

/** What is told of several conversations. */
export interface Figures extends Readonly<Record<Measure, Percentiles>> {
  readonly conversations: number;
  readonly claimed: number;
  readonly answered: number;
  /** Over, and nobody ever answered. */
  readonly unanswered: number;
  readonly ended: number;
  readonly open: number;
  /** How many were rated, and with how many stars of 5 on average, to two decimals. */
  readonly rated: number;
  readonly rating?: number;
}

/** The smallest value that so many of a hundred do not exceed (nearest rank). `sorted` is not empty. */
const rank = (sorted: readonly number[], percent: number): number =>
  Math.round((sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0) / 1000);

export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const { length: count } = sorted;
  if (count === 0) return { count };
  return { count, p50: rank(sorted, 50), p75: rank(sorted, 75), p90: rank(sorted, 90) };
}

export function figuresOf(rows: readonly ConversationTimes[]): Figures {
  const of = (measure: Measure): number[] =>
    rows.flatMap(({ [measure]: value }) => (value === undefined ? [] : [value]));
  const stars = rows.flatMap((row) => row.stars ?? []);
  const rating = averageOf(stars);
  const count = (fits: (row: ConversationTimes) => boolean): number => rows.filter(fits).length;
  return {
    conversations: rows.length,
    claimed: count(({ toClaim }) => toClaim !== undefined),
    answered: count(({ toAnswer }) => toAnswer !== undefined),
    unanswered: count(({ toAnswer, isOpen }) => toAnswer === undefined && !isOpen),
    ended: count(({ isOpen }) => !isOpen),
    open: count(({ isOpen }) => isOpen),
    rated: stars.length,
    ...defined({ rating }),
    toClaim: percentilesOf(of("toClaim")),
    toAnswer: percentilesOf(of("toAnswer")),
    toEnd: percentilesOf(of("toEnd")),
    waited: percentilesOf(of("waited")),
  };
}

const averageOf = (values: readonly number[]): number | undefined =>
  values.length === 0
    ? undefined
    : Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 100) / 100;
