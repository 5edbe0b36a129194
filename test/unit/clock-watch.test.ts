import { expect, it } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { createClockWatch } from "../../src/clock-watch.ts";
import { captureLog } from "../support/captured-log.ts";

const NOON = Date.parse("2026-11-25T12:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const dateAt = (ms: number) => new Date(ms).toUTCString();

function watchAt(now: number, sharedAheadMs = 0) {
  const log = captureLog();
  const alarms = createAlarms(log);
  const watch = createClockWatch(
    alarms,
    () => sharedAheadMs,
    () => now,
  );
  return { alarms, watch, raised: () => log.lines.filter(({ event }) => event === "alarm.raised") };
}

it.each([
  ["ahead of", 5 * MINUTE],
  ["behind", -3 * MINUTE],
  ["ahead of", 24 * 60 * MINUTE],
])("says once that the clock is %s the other side's", (how, ahead) => {
  const { alarms, watch, raised } = watchAt(NOON + ahead);

  watch.saw("Slack", dateAt(NOON));
  watch.saw("Slack", dateAt(NOON + SECOND));

  expect(raised()).toMatchObject([
    { level: "error", fields: { alarm: "clock", advice: expect.stringContaining(how) } },
  ]);
  expect(alarms.current()).toHaveLength(1);
  expect(watch.aheadOf("Slack")).toBe(ahead - SECOND);
});

it.each([
  ["ahead of", 5 * MINUTE],
  ["behind", -3 * MINUTE],
])("says that the clock by which all replicas go is %s the other side's", (how, sharedAheadMs) => {
  const { alarms, watch } = watchAt(NOON, sharedAheadMs);

  watch.saw("Slack", dateAt(NOON));

  const advice = expect.stringContaining(`the database server is minutes ${how} Slack's`);
  expect(alarms.current()).toMatchObject([{ name: "clock", advice }]);
  expect(watch.aheadOf("Slack")).toBe(0);
});

it("blames only the machine's own clock where the one by which all replicas go is right", () => {
  const { alarms, watch } = watchAt(NOON + 5 * MINUTE, -5 * MINUTE);
  watch.saw("Parley", dateAt(NOON));
  expect(alarms.current()).toMatchObject([{ advice: expect.stringContaining("this machine's") }]);
});

it.each([0, 20 * SECOND, -20 * SECOND, 110 * SECOND])(
  "is content with a difference of %i ms",
  (ahead) => {
    const { alarms, watch } = watchAt(NOON + ahead);

    watch.saw("Slack", dateAt(NOON));
    watch.saw("Parley", dateAt(NOON));

    expect(alarms.current()).toEqual([]);
  },
);

it("is content again only when every side is, and does not waver at the limit", () => {
  const { alarms, watch, raised } = watchAt(NOON);
  watch.saw("Slack", dateAt(NOON - 4 * MINUTE));
  watch.saw("Parley", dateAt(NOON - 4 * MINUTE));

  watch.saw("Slack", dateAt(NOON));
  expect(alarms.current()).toMatchObject([{ advice: expect.stringContaining("Parley's") }]);
  watch.saw("Parley", dateAt(NOON - 100 * SECOND));
  expect(alarms.current()).toHaveLength(1);
  watch.saw("Parley", dateAt(NOON));

  expect(alarms.current()).toEqual([]);
  expect(raised().length).toBeLessThanOrEqual(2);
});

it.each([null, undefined, "", "yesterday"])("does not look at the date %j", (date) => {
  const { alarms, watch } = watchAt(NOON);

  watch.saw("Parley", date);

  expect(alarms.current()).toEqual([]);
  expect(watch.aheadOf("Parley")).toBeUndefined();
});
