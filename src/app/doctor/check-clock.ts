import { createAlarms } from "../../alarms.ts";
import { createClockWatch } from "../../clock-watch.ts";
import { ConfigError } from "../../errors.ts";
import { createLog } from "../../log.ts";
import { type Remark, withWarnings } from "../../ops/doctor/check.ts";
import type { Site } from "./site.ts";

/**
 * This machine's clock, and the one of the database, against Slack's and Parley's.
 *
 * @throws {ConfigError} it is wrong by minutes
 */
export async function checkClock({
  slack,
  parley,
  state,
}: Pick<Site, "slack" | "parley" | "state">): Promise<readonly Remark[]> {
  // What is wrong with the state stands elsewhere.
  const stored = await state().catch(() => undefined);
  const databaseAhead = stored?.clockAheadMs;
  const alarms = createAlarms(createLog("silent"));
  let seenAt = 0;
  const watch = createClockWatch(
    alarms,
    () => databaseAhead ?? 0,
    () => seenAt,
  );
  const told: string[] = [];
  for (const [name, sight] of [
    ["Slack", await slack()],
    ["Parley", await parley()],
  ] as const) {
    if (sight.kind !== "answer") continue;
    ({ seenAt } = sight);
    watch.saw(name, sight.headers.date);
    const ahead = watch.aheadOf(name);
    if (ahead !== undefined) told.push(`${inSeconds(ahead)} ahead of ${name}'s`);
  }
  const [alarm] = alarms.current();
  if (alarm) throw new ConfigError([alarm.advice]);
  if (told.length === 0) {
    const detail = "not checked, because neither Slack nor Parley tells what time it is";
    return [{ status: "skipped", detail }];
  }
  if (databaseAhead !== undefined)
    told.push(`${inSeconds(-databaseAhead)} ahead of the database's`);
  return withWarnings(told.join(", "), []);
}

const inSeconds = (ms: number): string => `${Math.round(ms / 1000) + 0} s`;
