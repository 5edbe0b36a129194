import { describe, expect, it } from "vitest";
import { withAnswer, withClaim } from "../../src/bridge/claims/with-claim.ts";
import { type Conversation, end, openConversation } from "../../src/bridge/conversation.ts";
import { NO_RULES, type OpeningHours } from "../../src/config/desk-rules.ts";
import { createDesk } from "../../src/desk/create-desk.ts";
import { daysOfMonth, localTime, startOfDay } from "../../src/desk/local-time.ts";
import { makeConversationId, toItemId, toServiceId, toUserId } from "../../src/ids.ts";
import { percentilesOf } from "../../src/ops/report/figures.ts";
import { makeReport, type ReportWish } from "../../src/ops/report/make-report.ts";
import { REPORT_FORMATS } from "../../src/ops/report/report-formats.ts";
import type { OpenReport } from "../../src/state/open-report.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (time: string): number => new Date(time).getTime();

const OFFICE: OpeningHours = {
  timezone: "Europe/Amsterdam",
  days: [1, 2, 3, 4, 5, 6, 7].map((day) => (day < 6 ? [{ from: 9 * 60, to: 17 * 60 }] : [])),
  closed: [],
};

const TEAM = {
  name: "Support",
  channel: "C1",
  when: undefined,
  agents: "workspace" as const,
  leads: undefined,
};
const desk = createDesk([{ ...TEAM, rules: { ...NO_RULES, hours: OFFICE } }], { info() {} });

const opened = (n: number, openedAt: number, metadata?: Conversation["metadata"]): Conversation =>
  openConversation({
    id: makeConversationId(toUserId(`${n}`), toItemId(`i${n}`)),
    userId: toUserId(`${n}`),
    user: {},
    openedAt,
    ...(metadata !== undefined && { metadata }),
  });

const BOT = { id: toServiceId("bot"), name: "Bot" };
const over = (conversation: Conversation, endedAt: number, outcome?: string): Conversation =>
  end(conversation, "handed-back", { at: endedAt, to: BOT, ...(outcome && { outcome }) });

const stateOf = (
  ...conversations: Conversation[]
): Pick<OpenReport, "conversations" | "audit"> => ({
  async *conversations() {
    for (const each of conversations) yield { conversations: [each], unreadable: 0 };
  },
  audit: {
    async *pages() {
      yield [
        {
          id: toItemId("a"),
          at: 0,
          what: "claim",
          result: "done",
          by: "U0ANNA",
          byName: '=HYPERLINK("http://x")',
        },
      ];
    },
  },
});

const NOVEMBER: ReportWish = {
  from: at("2026-10-31T23:00:00Z"),
  to: at("2026-11-30T23:00:00Z"),
  timezone: "Europe/Amsterdam",
  period: "2026-11",
};

const reportOf = (conversations: readonly Conversation[], wish: Partial<ReportWish> = {}) =>
  makeReport(
    stateOf(...conversations),
    { ...NOVEMBER, ...wish },
    { desk, retentionDays: 90, now: at("2026-12-01T12:00:00Z") },
  );

describe("percentiles", () => {
  it.each([
    [[], { count: 0 }],
    [[7_000], { count: 1, p50: 7, p75: 7, p90: 7 }],
    [[10, 1, 9, 2, 8, 3, 7, 4, 6, 5].map((s) => s * 1_000), { count: 10, p50: 5, p75: 8, p90: 9 }],
    [[1_000, 2_000, 3_000, 4_000], { count: 4, p50: 2, p75: 3, p90: 4 }],
  ])("of %j are values that occur", (values, expected) => {
    expect(percentilesOf(values)).toEqual(expected);
  });
});

describe("the report", () => {
  // Monday, 9:00 to 17:00 in Amsterdam, which is UTC+1.
  const evening = at("2026-11-02T15:30:00Z");
  const by = "U0ANNA";
  const answered = withAnswer(withClaim(opened(1, evening), { by, since: evening + 10 * MINUTE }), {
    by,
    // The next morning at 9:30: half an hour on both days.
    at: at("2026-11-03T08:30:00Z"),
  });

  it("counts opening hours alone", async () => {
    const { total } = await reportOf([over(answered, at("2026-11-03T09:30:00Z"), "solved")]);
    expect(total).toMatchObject({
      conversations: 1,
      claimed: 1,
      answered: 1,
      unanswered: 0,
      ended: 1,
      toClaim: { count: 1, p50: 600 },
      toAnswer: { count: 1, p90: 3_600 },
      toEnd: { p50: 7_200 },
      waited: { p50: 3_600 },
    });
  });

  it("counts as waiting also who waited in vain, and who still waits", async () => {
    const inVain = over(opened(2, evening), evening + 20 * MINUTE);
    const { total, groups, firstAnswers } = await reportOf([
      answered,
      inVain,
      opened(3, at("2026-11-30T08:00:00Z"), { reason: "late" }),
    ]);
    // 20 minutes, one hour, and of Monday and Tuesday eight and four.
    expect(total.waited).toEqual({ count: 3, p50: 3_600, p75: 12 * 3_600, p90: 12 * 3_600 });
    expect(total).toMatchObject({ open: 2, ended: 1, unanswered: 1, toAnswer: { count: 1 } });
    expect(firstAnswers).toEqual([HOUR, -1]);
    expect(groups.agent.map(({ name, conversations }) => [name, conversations])).toEqual([
      ["(none)", 2],
      ['=HYPERLINK("http://x") (U0ANNA)', 1],
    ]);
    expect(groups.ending.map(({ name }) => name)).toEqual(["open", "handed_back"]);
  });

  it("takes a month of the time zone, also one in which clocks are changed", async () => {
    const { first = "", after = "" } = daysOfMonth("2026-10") ?? {};
    const from = startOfDay(first, "Europe/Amsterdam") ?? 0;
    const to = startOfDay(after, "Europe/Amsterdam") ?? 0;
    expect(to - from).toBe((31 * 24 + 1) * HOUR);
    const inside = [from, at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z"), to - 1];
    const report = await reportOf(
      [from - 1, ...inside, to].map((openedAt, n) => opened(n, openedAt)),
      { from, to },
    );
    expect(report.total.conversations).toBe(4);
    expect(report.days.map(({ day }) => day)).toHaveLength(31);
    expect(report.days.filter(({ open }) => open > 0)).toEqual([
      { day: "2026-10-01", answered: 0, unanswered: 0, open: 1 },
      { day: "2026-10-25", answered: 0, unanswered: 0, open: 2 },
      { day: "2026-10-31", answered: 0, unanswered: 0, open: 1 },
    ]);
    // Both hours between two and three o'clock.
    expect(report.week[6]?.[2]).toBe(2);
    expect(localTime(at("2026-03-29T01:00:00Z"), "Europe/Amsterdam").hour).toBe(3);
    expect(daysOfMonth("2026-13")).toBeUndefined();
    expect(startOfDay("2026-02-30", "Mars/Olympus")).toBeUndefined();
  });

  it("says what is not there any more, and that a period is not over", async () => {
    const { notes } = await reportOf([], {
      from: at("2026-08-01T00:00:00Z"),
      to: at("2027-01-01"),
    });
    expect(notes).toEqual([
      expect.stringMatching(/ended before 2026-09-02 are not there any more \(RETENTION_DAYS=90\)/),
      "The period is not over yet.",
    ]);
  });

  it.each(Object.entries(REPORT_FORMATS))(
    "is printed as %s where nothing happened",
    async (name, print) => {
      const text = print(await reportOf([])).join("\n");
      expect(text).not.toMatch(/NaN|undefined|Infinity/);
      if (name === "csv") expect(text.split("\n")[1]).toMatch(/,all,,0,0,0,0,0,0,,,,,,,,,,,,,0,$/);
      if (name === "html") expect(text).toContain("No conversation opened in this period");
    },
  );

  it("is no formula to a spreadsheet and no markup to a browser, whoever wrote the reason", async () => {
    const bad = `=cmd|' /C calc'!A0`;
    const markup = `"><script>alert(1)</script><img src=x onerror=alert(1)>`;
    const report = await reportOf([
      opened(1, evening, { reason: bad }),
      opened(2, evening, { reason: markup }),
      answered,
    ]);
    const csv = REPORT_FORMATS.csv?.(report) ?? [];
    expect(csv.find((line) => line.includes("cmd"))).toContain(`,reason,'=cmd|' /C calc'!A0,1,`);
    expect(csv.find((line) => line.includes("HYPERLINK"))).toContain(`"'=HYPERLINK(`);
    const html = REPORT_FORMATS.html?.(report).join("") ?? "";
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toMatch(/<script|<img|https?:\/\/(?!x&quot;)/);
    expect(JSON.parse(REPORT_FORMATS.json?.(report).join("") ?? "").groups.reason).toHaveLength(3);
  });
});
