import { toCell } from "../csv-cell.ts";
import { type Figures, MEASURES } from "./figures.ts";
import { GROUPINGS, type Report } from "./make-report.ts";
import { renderPage } from "./render-page.ts";

const PERCENTS = ["p50", "p75", "p90"] as const;

const COUNTS = ["conversations", "claimed", "answered", "unanswered", "ended", "open"] as const;

const NAMES = {
  toClaim: "to_claim",
  toAnswer: "to_first_answer",
  toEnd: "to_end",
  waited: "waiting",
};

/** The columns of a row: what it is about, the counts, and each percentile in seconds of opening hours, and what Users thought. */
const COLUMNS = [
  "from",
  "to",
  "group",
  "name",
  ...COUNTS,
  ...MEASURES.flatMap((measure) => PERCENTS.map((percent) => `${NAMES[measure]}_${percent}_s`)),
  "rated",
  "rating",
];

function csv(report: Report): string[] {
  const period = [report.from, report.to].map((at) => new Date(at).toISOString());
  const row = (group: string, name: string, figures: Figures): string =>
    [
      ...period,
      group,
      name,
      ...COUNTS.map((count) => String(figures[count])),
      ...MEASURES.flatMap((measure) =>
        PERCENTS.map((percent) => figures[measure][percent]?.toString()),
      ),
      String(figures.rated),
      figures.rating?.toString(),
    ]
      .map(toCell)
      .join(",");
  return [
    COLUMNS.join(","),
    row("all", "", report.total),
    ...GROUPINGS.flatMap((grouping) =>
      report.groups[grouping].map((group) => row(grouping, group.name, group)),
    ),
  ];
}

function json({ from, to, asOf, firstAnswers: _, ...report }: Report): string[] {
  const iso = (at: number) => new Date(at).toISOString();
  return [JSON.stringify({ from: iso(from), to: iso(to), asOf: iso(asOf), ...report }, null, 2)];
}

/** How a report is printed, in lines. */
export const REPORT_FORMATS: Readonly<Record<string, (report: Report) => readonly string[]>> = {
  csv,
  json,
  html: (report) => [renderPage(report)],
};
