import { Temporal } from "temporal-polyfill";
import type { OpeningHours, Span } from "../config/desk-rules.ts";

/*
 * When a team is there. Times are ms since the epoch; `undefined` in place of hours: it is always open. A span begins at the
 * first moment at which a clock there shows its beginning, and ends at the last at which it shows its end; one whose
 * beginning or end is left out, where clocks are put forward, has it so much later.
 */

export function isOpen(hours: OpeningHours | undefined, at: number): boolean {
  if (!hours) return true;
  for (const { from, to } of openTimes(hours, at)) {
    if (from > at) return false;
    if (at < to) return true;
  }
  return false;
}

/** The first moment from `at` on at which it is open; `undefined`: there is none within years. */
export function opensAt(hours: OpeningHours | undefined, at: number): number | undefined {
  if (!hours) return at;
  for (const { from, to } of openTimes(hours, at)) if (at < to) return Math.max(at, from);
  return undefined;
}

/** How long it is open between two moments, ms. */
export function openMsBetween(hours: OpeningHours | undefined, since: number, to: number): number {
  if (!hours) return Math.max(0, to - since);
  let ms = 0;
  for (const open of openTimes(hours, since)) {
    if (open.from >= to) break;
    ms += Math.max(0, Math.min(open.to, to) - Math.max(open.from, since));
  }
  return ms;
}

/** The moment at which it has been open for `ms` since `since`; `undefined`: there is none within years. */
export function afterOpenMs(
  hours: OpeningHours | undefined,
  since: number,
  ms: number,
): number | undefined {
  if (!hours) return since + ms;
  let left = ms;
  for (const open of openTimes(hours, since)) {
    const from = Math.max(open.from, since);
    if (open.to <= from) continue;
    if (open.to - from >= left) return from + left;
    left -= open.to - from;
  }
  return undefined;
}

export interface OpenTime {
  readonly from: number;
  readonly to: number;
}

/** So far is looked ahead. */
const DAYS = 1_500;

/**
 * The times at which it is open and that have not ended by `at`, in order, without a moment in two of them. One may go on in
 * the next, as all days do for those who never close: whoever wants to know of today need not wait for the end of that.
 */
export function* openTimes(hours: OpeningHours, at: number): Generator<OpenTime> {
  const today = Temporal.Instant.fromEpochMilliseconds(Math.floor(at))
    .toZonedDateTimeISO(hours.timezone)
    .toPlainDate();
  let told = Number.NEGATIVE_INFINITY;
  // What began yesterday may go on.
  for (let day = -1; day < DAYS; day++) {
    for (const { from, to } of timesOf(today.add({ days: day }), hours)) {
      if (to <= Math.max(at, told)) continue;
      yield { from: Math.max(from, told), to };
      told = to;
    }
  }
}

/** Each day costs a fraction of a ms, and is asked for again and again. */
const known = new WeakMap<OpeningHours, Map<string, readonly OpenTime[]>>();
const KNOWN_DAYS = 100;

function timesOf(date: Temporal.PlainDate, hours: OpeningHours): readonly OpenTime[] {
  const name = date.toString();
  const days = known.get(hours) ?? new Map<string, readonly OpenTime[]>();
  const found = days.get(name);
  if (found) return found;
  const times = timesOn(date, name, hours);
  if (days.size >= KNOWN_DAYS) days.clear();
  known.set(hours, days.set(name, times));
  return times;
}

function timesOn(
  date: Temporal.PlainDate,
  name: string,
  { timezone, days, closed }: OpeningHours,
): OpenTime[] {
  if (closed.some(({ from, to }) => from <= name && name <= to)) return [];
  const spans = days[date.dayOfWeek - 1] ?? [];
  const times = spans.map(({ from, to }: Span) => ({
    from: momentOf(date, from, timezone, "compatible"),
    to: momentOf(to <= from ? date.add({ days: 1 }) : date, to, timezone, "later"),
  }));
  return times.toSorted((a, b) => a.from - b.from);
}

/** The moment at which clocks there show so many minutes of this day. */
function momentOf(
  date: Temporal.PlainDate,
  minutes: number,
  timezone: string,
  disambiguation: "compatible" | "later",
): number {
  return date.toPlainDateTime().add({ minutes }).toZonedDateTime(timezone, { disambiguation })
    .epochMilliseconds;
}
