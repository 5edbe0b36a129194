import { parseArgs } from "node:util";
import type { OpeningHours } from "../config/desk-rules.ts";
import type { Config } from "../config/read-config.ts";
import { defined } from "../defined.ts";
import { createDesk } from "../desk/create-desk.ts";
import { daysOfMonth, nextDay, startOfDay } from "../desk/local-time.ts";
import { openReport } from "../state/open-report.ts";
import { noStateAt } from "./no-state-at.ts";
import { makeReport, type ReportWish } from "./report/make-report.ts";
import { REPORT_FORMATS } from "./report/report-formats.ts";

export const REPORT_USAGE = `Usage: npm run report -- --month 2026-11 [--team Support] [--timezone Europe/Amsterdam] [--format csv|json|html]
  how long Users waited for a claim, a first answer and the end, in opening hours; works beside a running bridge
  --month       of the conversations that opened in this month
  --from, --to  or from one day to another, both included (2026-11-01, 2026-11-30); without --to until now
  --team        only this team
  --timezone    in which days begin; without it that of the team's hours, or of the first team that has hours, or UTC
  --format      csv for spreadsheets (the default), json for programs, html for people: one page with plots`;

const EXIT_USAGE = 64;
const EXIT_NO_INPUT = 66;

/** Prints how a desk has done; works beside running bridges, and changes nothing. Returns the exit code. */
export async function runReport(
  args: readonly string[],
  config: () => Pick<Config, "teams" | "state" | "retentionDays">,
  print: (line: string) => void,
  now = Date.now(),
): Promise<number> {
  const given = parse(args);
  const format = given && formatOf(given.format ?? "csv");
  if (!given || !format) {
    print(REPORT_USAGE);
    return EXIT_USAGE;
  }
  const { teams, state, retentionDays } = config();
  if (given.team !== undefined && teams.every(({ name }) => name !== given.team)) {
    print(`There is no team ${given.team}. Teams: ${teams.map(({ name }) => name).join(", ")}.`);
    return EXIT_USAGE;
  }
  const wish = wishOf(given, teams, now);
  if (!wish) {
    print(REPORT_USAGE);
    return EXIT_USAGE;
  }
  const open = await openReport(state);
  if (!open) {
    print(noStateAt(state));
    return EXIT_NO_INPUT;
  }
  try {
    const desk = createDesk(teams, { info() {} });
    const report = await makeReport(open, wish, { desk, retentionDays, now });
    for (const line of format(report)) print(line);
  } finally {
    await open.close();
  }
  return 0;
}

const formatOf = (name: string) =>
  Object.hasOwn(REPORT_FORMATS, name) ? REPORT_FORMATS[name] : undefined;

type Given = NonNullable<ReturnType<typeof parse>>;

/** `undefined`: they say no period, or two. */
function wishOf(
  { month, from, to, team, timezone: asked }: Given,
  teams: readonly { name: string; rules: { hours?: OpeningHours } }[],
  now: number,
): ReportWish | undefined {
  const zones = teams.flatMap(({ name, rules }) =>
    rules.hours && (team ?? name) === name ? [rules.hours.timezone] : [],
  );
  const timezone = asked ?? zones[0] ?? "UTC";
  const of = (first: string, after: string | undefined, period: string) => {
    const begins = startOfDay(first, timezone);
    const ends = after === undefined ? now : startOfDay(after, timezone);
    if (begins === undefined || ends === undefined || ends <= begins) return undefined;
    return { from: begins, to: ends, timezone, period, ...defined({ team }) };
  };
  if (month !== undefined) {
    const days = daysOfMonth(month);
    return days && from === undefined && to === undefined
      ? of(days.first, days.after, month)
      : undefined;
  }
  if (from === undefined || !DAY.test(from)) return undefined;
  if (to === undefined) return of(from, undefined, `since ${from}`);
  const isDay = DAY.test(to) && startOfDay(to, timezone) !== undefined;
  return isDay ? of(from, nextDay(to), `${from} to ${to}`) : undefined;
}

const DAY = /^\d{4}-\d\d-\d\d$/;

function parse(args: readonly string[]) {
  const option = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        month: option,
        from: option,
        to: option,
        team: option,
        timezone: option,
        format: option,
      },
    }).values;
  } catch {
    return undefined;
  }
}
