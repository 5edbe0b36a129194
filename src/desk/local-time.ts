import { Temporal } from "temporal-polyfill";

/** The first moment of a day (`2026-11-30`) there, ms since the epoch; `undefined`: there is no such day, or no such time zone. */
export function startOfDay(day: string, timezone: string): number | undefined {
  try {
    return Temporal.PlainDate.from(day).toZonedDateTime(timezone).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The day after one that there is, as `2026-12-01`. */
export const nextDay = (day: string): string =>
  Temporal.PlainDate.from(day).add({ days: 1 }).toString();

/** The first days of a month (`2026-11`) and of the one after it; `undefined`: there is no such month. */
export function daysOfMonth(month: string): { first: string; after: string } | undefined {
  if (!/^\d{4}-\d\d$/.test(month)) return undefined;
  try {
    const first = Temporal.PlainYearMonth.from(month, { overflow: "reject" }).toPlainDate({
      day: 1,
    });
    return { first: first.toString(), after: first.add({ months: 1 }).toString() };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What clocks and calendars there show. `weekday`: 1 is Monday. */
export function localTime(
  at: number,
  timezone: string,
): { readonly day: string; readonly weekday: number; readonly hour: number } {
  const there = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(timezone);
  return { day: there.toPlainDate().toString(), weekday: there.dayOfWeek, hour: there.hour };
}
