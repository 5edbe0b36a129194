import { z } from "zod";
import type { OpeningHours, Span } from "../desk-rules.ts";
import { keys, list, matching, mustBe, named, text } from "./fields.ts";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const DAY = `(${DAYS.join("|")})`;

const days = matching(
  new RegExp(`^${DAY}(-${DAY})?$`),
  "a day or a row of days: mon, tue, wed, thu, fri, sat, sun, or mon-fri",
);

const A_SPAN = '"09:00-17:30", or a list of such spans';
const TIME = "([01]\\d|2[0-3]):[0-5]\\d";

const span = matching(new RegExp(`^${TIME}-(${TIME}|24:00)$`), A_SPAN).refine(
  (given) => given.slice(0, 5) !== given.slice(6),
  { error: 'must not end when it begins; a whole day is "00:00-24:00"' },
);

const timezone = text("the name of a time zone, such as Europe/Amsterdam").refine(isTimezone, {
  error: "must be the name of a time zone, such as Europe/Amsterdam",
});

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const DATE = "\\d{4}-\\d{2}-\\d{2}";
const A_DATE = "a date such as 2026-12-25, or a row of days such as 2026-12-25..2026-12-26";

const dates = matching(new RegExp(`^${DATE}(\\.\\.${DATE})?$`), A_DATE).refine(
  (given) => {
    const [first = "", last = first] = given.split("..");
    return isDate(first) && isDate(last) && first <= last;
  },
  { error: `must be ${A_DATE}, with days that there are and the earlier one first` },
);

function isDate(given: string): boolean {
  const at = new Date(`${given}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(given);
}

/** When a team is there. */
export const openingHours = keys(
  {
    timezone: timezone.describe("The time zone of these hours, such as Europe/Amsterdam."),
    open: named(
      days,
      z.union([span, list(span, '["09:00-12:00", "13:00-17:30"]')], {
        error: mustBe(A_SPAN),
      }),
      '{ mon-fri: "09:00-17:30" }',
    ).describe(
      "When it is open, for each day or row of days; a span that ends before it begins goes on over midnight.",
    ),
    closed: list(dates, "[2026-12-25..2026-12-26]")
      .describe("Dates on which it is closed all day.")
      .exactOptional(),
  },
  '{ timezone: Europe/Amsterdam, open: { mon-fri: "09:00-17:30" } }',
);

/** As it was checked. */
export function toOpeningHours({
  timezone: zone,
  open,
  closed = [],
}: z.output<typeof openingHours>): OpeningHours {
  const spansOf = (day: string): Span[] =>
    Object.entries(open).flatMap(([row, spans]) =>
      daysIn(row).includes(day) ? [spans].flat().map(toSpan) : [],
    );
  return {
    timezone: zone,
    days: DAYS.map((day) => spansOf(day).toSorted((a, b) => a.from - b.from)),
    closed: closed.map((row) => {
      const [from = row, to = from] = row.split("..");
      return { from, to };
    }),
  };
}

/** Of a row of days such as `fri-mon`. */
function daysIn(row: string): string[] {
  const [first = "", last = first] = row.split("-");
  const week: string[] = [...DAYS, ...DAYS];
  const from = week.indexOf(first);
  return week.slice(from, week.indexOf(last, from) + 1);
}

function toSpan(given: string): Span {
  const [from = 0, to = 0] = given.split("-").map((time) => {
    const [hours = 0, minutes = 0] = time.split(":").map(Number);
    return hours * 60 + minutes;
  });
  return { from, to };
}
