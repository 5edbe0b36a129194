import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OpeningHours, Span } from "../../src/config/desk-rules.ts";
import { afterOpenMs, isOpen, openMsBetween, opensAt, openTimes } from "../../src/desk/hours.ts";
import { holds } from "../support/property.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const at = (time: string): number => new Date(time).getTime();
const time = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString().replace(/:00\.000Z$/, "Z");

const hour = (hours: number, minutes = 0): number => hours * 60 + minutes;
const span = (from: number, to: number): Span => ({ from, to });
const NONE: readonly Span[] = [];
const week = (weekday: readonly Span[], saturday = NONE, sunday = NONE) => [
  ...Array.from({ length: 5 }, () => weekday),
  saturday,
  sunday,
];

const OFFICE: OpeningHours = {
  timezone: "Europe/Amsterdam",
  days: week([span(hour(9), hour(17, 30))], [span(hour(10), hour(14))]),
  closed: [{ from: "2026-12-25", to: "2026-12-26" }],
};
const NIGHTS: OpeningHours = {
  timezone: "Europe/Amsterdam",
  days: week([span(hour(22), hour(6))]),
  closed: [{ from: "2026-12-24", to: "2026-12-24" }],
};
const ALL_DAY: OpeningHours = {
  timezone: "Europe/Amsterdam",
  days: Array.from({ length: 7 }, () => [span(0, hour(24))]),
  closed: [],
};
const NEVER: OpeningHours = { ...OFFICE, days: week(NONE) };

describe("opening hours", () => {
  it.each([
    // Monday, in winter time.
    ["2026-11-30T08:00Z", true],
    ["2026-11-30T07:59Z", false],
    ["2026-11-30T16:29Z", true],
    ["2026-11-30T16:30Z", false],
    // Saturday and Sunday.
    ["2026-11-28T12:59Z", true],
    ["2026-11-28T13:00Z", false],
    ["2026-11-29T12:00Z", false],
    // Friday and Saturday, on which it is closed.
    ["2026-12-25T10:00Z", false],
    ["2026-12-26T10:00Z", false],
  ])("of an office at %s: %s", (moment, open) => {
    expect(isOpen(OFFICE, at(moment))).toBe(open);
  });

  it.each([
    // Friday's night goes on into Saturday, Sunday's does not begin.
    ["2026-11-28T04:59Z", true],
    ["2026-11-28T05:00Z", false],
    ["2026-11-28T22:00Z", false],
    ["2026-11-30T04:00Z", false],
    // What began before a day on which it is closed goes on; what would begin then does not.
    ["2026-12-24T04:00Z", true],
    ["2026-12-24T22:00Z", false],
    ["2026-12-25T04:00Z", false],
  ])("over midnight at %s: %s", (moment, open) => {
    expect(isOpen(NIGHTS, at(moment))).toBe(open);
  });

  it("tell when it opens next, over weekends and holidays", () => {
    expect(time(opensAt(OFFICE, at("2026-11-30T10:00Z")))).toBe("2026-11-30T10:00Z");
    expect(time(opensAt(OFFICE, at("2026-11-28T13:00Z")))).toBe("2026-11-30T08:00Z");
    // Thursday evening; Friday and Saturday are holidays, Sunday is a Sunday.
    expect(time(opensAt(OFFICE, at("2026-12-24T20:00Z")))).toBe("2026-12-28T08:00Z");
    expect(opensAt(NEVER, at("2026-12-24T20:00Z"))).toBeUndefined();
  });

  it("count only while it is open", () => {
    const friday = at("2026-11-27T16:00Z");
    // Half an hour on Friday, four hours on Saturday.
    expect(openMsBetween(OFFICE, friday, at("2026-11-30T08:10Z"))).toBe(
      4 * HOUR_MS + 40 * MINUTE_MS,
    );
    expect(time(afterOpenMs(OFFICE, friday, 30 * MINUTE_MS))).toBe("2026-11-27T16:30Z");
    expect(time(afterOpenMs(OFFICE, friday, 31 * MINUTE_MS))).toBe("2026-11-28T09:01Z");
    expect(time(afterOpenMs(OFFICE, at("2026-11-27T20:00Z"), 3 * MINUTE_MS))).toBe(
      "2026-11-28T09:03Z",
    );
    expect(afterOpenMs(NEVER, friday, 1)).toBeUndefined();
    expect(openMsBetween(NEVER, friday, friday + 30 * DAY_MS)).toBe(0);
  });

  it("are all the time without hours, and from midnight to midnight", () => {
    const moment = at("2026-11-30T23:00Z");
    for (const hours of [undefined, ALL_DAY]) {
      expect(isOpen(hours, moment)).toBe(true);
      expect(opensAt(hours, moment)).toBe(moment);
      expect(openMsBetween(hours, moment, moment + 9 * DAY_MS)).toBe(9 * DAY_MS);
      expect(afterOpenMs(hours, moment, 9 * DAY_MS)).toBe(moment + 9 * DAY_MS);
    }
  });

  it("of those who never close are told day by day: nobody waits until years are worked out", () => {
    const moment = at("2026-11-30T10:00Z");
    const [today] = openTimes(ALL_DAY, moment);
    expect(time(today?.to)).toBe("2026-11-30T23:00Z");
  });

  describe("when clocks are changed", () => {
    const sunday = (spans: readonly Span[]): OpeningHours => ({
      ...OFFICE,
      days: week(NONE, NONE, spans),
    });
    const day = sunday([span(hour(0), hour(24))]);

    it("have a day of 23 hours in spring, and one of 25 in autumn", () => {
      expect(openMsBetween(day, at("2026-03-28T12:00Z"), at("2026-03-30T12:00Z"))).toBe(
        23 * HOUR_MS,
      );
      expect(openMsBetween(day, at("2026-10-24T12:00Z"), at("2026-10-26T12:00Z"))).toBe(
        25 * HOUR_MS,
      );
    });

    it("open at the same time on the clock before and after", () => {
      expect(time(opensAt(OFFICE, at("2026-03-27T20:00Z")))).toBe("2026-03-28T09:00Z");
      expect(time(opensAt(OFFICE, at("2026-03-29T20:00Z")))).toBe("2026-03-30T07:00Z");
      expect(time(opensAt(OFFICE, at("2026-10-25T20:00Z")))).toBe("2026-10-26T08:00Z");
    });

    it("have what is left out in spring so much later", () => {
      const hours = sunday([span(hour(2, 30), hour(4))]);
      expect(time(opensAt(hours, at("2026-03-29T00:00Z")))).toBe("2026-03-29T01:30Z");
      const until = sunday([span(hour(1), hour(2, 30))]);
      expect(openMsBetween(until, at("2026-03-28T12:00Z"), at("2026-03-30T12:00Z"))).toBe(
        90 * MINUTE_MS,
      );
    });

    it("have what comes twice in autumn from the first to the last", () => {
      const hours = sunday([span(hour(2), hour(2, 30))]);
      // 02:00 in summer time until 02:30 in winter time.
      expect(time(opensAt(hours, at("2026-10-24T12:00Z")))).toBe("2026-10-25T00:00Z");
      expect(openMsBetween(hours, at("2026-10-24T12:00Z"), at("2026-10-26T12:00Z"))).toBe(
        90 * MINUTE_MS,
      );
    });
  });
});

const ZONES = [
  "UTC",
  "Europe/Amsterdam",
  "America/New_York",
  "America/Sao_Paulo",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Auckland",
  "Pacific/Apia",
] as const;

const anySpan = fc
  .tuple(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 0, max: 96 }))
  .filter(([from, to]) => from !== to)
  .map(([from, to]) => span(from * 15, to * 15));
const anyDate = fc
  .integer({ min: at("2026-01-01T00:00Z") / DAY_MS, max: at("2027-12-31T00:00Z") / DAY_MS })
  .map((days) => new Date(days * DAY_MS).toISOString().slice(0, 10));
const anyHours = fc.record({
  timezone: fc.constantFrom(...ZONES),
  days: fc.array(fc.array(anySpan, { maxLength: 3 }), { minLength: 7, maxLength: 7 }),
  closed: fc.array(
    fc
      .tuple(anyDate, anyDate)
      .map(([a, b]) => (a < b ? { from: a, to: b.slice(0, 8) < a ? a : b } : { from: a, to: a })),
    { maxLength: 1 },
  ),
});
const anyMoment = fc
  .integer({ min: at("2026-01-02T00:00Z") / MINUTE_MS, max: at("2027-12-20T00:00Z") / MINUTE_MS })
  .map((minutes) => minutes * MINUTE_MS);

/** What a calendar and a clock on the wall show there. */
function wallAt(ms: number, timeZone: string) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    })
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    minutes: Number(parts.hour) * 60 + Number(parts.minute),
  };
}

/** Whether somebody who reads the wall would say that it is open. */
function isOpenOnTheWall({ timezone, days, closed }: OpeningHours, ms: number): boolean {
  const { date, minutes } = wallAt(ms, timezone);
  const spansOn = (name: string): readonly Span[] =>
    closed.some(({ from, to }) => from <= name && name <= to)
      ? []
      : (days[(new Date(name).getUTCDay() + 6) % 7] ?? []);
  const yesterday = new Date(at(date) - DAY_MS).toISOString().slice(0, 10);
  return (
    spansOn(date).some(({ from, to }) => from <= minutes && (to <= from || minutes < to)) ||
    spansOn(yesterday).some(({ from, to }) => to <= from && minutes < to)
  );
}

/** Whether clocks there are changed within a day of this moment. */
function isNearChange(ms: number, timeZone: string): boolean {
  const aheadAt = (moment: number) => {
    const { date, minutes } = wallAt(moment, timeZone);
    return at(date) + minutes * MINUTE_MS - moment;
  };
  return aheadAt(ms - DAY_MS) !== aheadAt(ms) || aheadAt(ms + DAY_MS) !== aheadAt(ms);
}

holds(
  "it is open when a clock on the wall says so, in any time zone",
  fc.tuple(anyHours, anyMoment),
  ([hours, moment]) => {
    fc.pre(!isNearChange(moment, hours.timezone));
    expect(isOpen(hours, moment)).toBe(isOpenOnTheWall(hours, moment));
  },
  { runs: 300 },
);

holds(
  "counting and looking ahead agree, also where clocks are changed",
  fc.tuple(anyHours, anyMoment, fc.integer({ min: 1, max: 40 * 60 })),
  ([hours, since, minutes]) => {
    const ms = minutes * MINUTE_MS;
    const moment = afterOpenMs(hours, since, ms);
    if (moment === undefined) {
      expect(openMsBetween(hours, since, since + 400 * DAY_MS)).toBe(0);
      return;
    }
    expect(openMsBetween(hours, since, moment)).toBe(ms);
    // Right before it was open, and less had passed.
    expect(isOpen(hours, moment - 1)).toBe(true);
    expect(openMsBetween(hours, since, moment - 1)).toBe(ms - 1);
  },
  { runs: 300 },
);

holds(
  "counting adds up, and is as long as all quarters in which it is open",
  fc.tuple(anyHours, anyMoment, fc.integer({ min: 1, max: 2 * 96 })),
  ([hours, given, quarters]) => {
    const since = given - (given % (15 * MINUTE_MS));
    const moments = Array.from({ length: quarters }, (_, index) => since + index * 15 * MINUTE_MS);
    const open = moments.filter((moment) => isOpen(hours, moment)).length;
    const until = since + quarters * 15 * MINUTE_MS;
    expect(openMsBetween(hours, since, until)).toBe(open * 15 * MINUTE_MS);
    const middle = since + Math.floor(quarters / 2) * 15 * MINUTE_MS + 7;
    expect(openMsBetween(hours, since, middle) + openMsBetween(hours, middle, until)).toBe(
      openMsBetween(hours, since, until),
    );
  },
  { runs: 50 },
);

holds(
  "it opens at the first moment at which it is open",
  fc.tuple(anyHours, anyMoment),
  ([hours, moment]) => {
    const opens = opensAt(hours, moment);
    if (opens === undefined) return expect(isOpen(hours, moment)).toBe(false);
    expect(isOpen(hours, opens)).toBe(true);
    expect(openMsBetween(hours, moment, opens)).toBe(0);
    if (opens > moment) expect(isOpen(hours, opens - 1)).toBe(false);
  },
  { runs: 300 },
);
