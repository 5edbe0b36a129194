import fc from "fast-check";
import { describe, expect } from "vitest";
import { openMsBetween } from "../../src/desk/hours.ts";
import { createOpenTimer } from "../../src/desk/open-timer.ts";
import { holds } from "../support/property.ts";

const HOURS = {
  timezone: "Europe/Amsterdam",
  days: Array.from({ length: 7 }, (_, day) => [
    { from: 9 * 60, to: 12 * 60 },
    ...(day < 5 ? [{ from: 22 * 60, to: 6 * 60 }] : []),
  ]),
  closed: [{ from: "2026-10-26", to: "2026-10-27" }],
};
const SINCE = Date.parse("2026-10-01T02:00:00Z");
/** Within two months, in which clocks are changed. */
const moment = fc.nat(60 * 86_400_000).map((ms) => SINCE + ms);

describe("a timer of opening hours", () => {
  holds(
    "tells what is worked out for each two moments alone",
    fc.array(fc.tuple(moment, moment), { minLength: 1, maxLength: 10 }),
    (pairs) => {
      const timer = createOpenTimer(HOURS, SINCE);
      for (const [from, to] of pairs) {
        expect(timer(from, to)).toBe(to > from ? openMsBetween(HOURS, from, to) : 0);
      }
    },
    { runs: 30 },
  );
});
