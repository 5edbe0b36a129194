import type { Percentiles } from "./figures.ts";
import { escapeHtml, sayDuration } from "./html.ts";
import type { Day, Report } from "./make-report.ts";

/*
 * Plots as SVG without words, which any width may stretch, between words of HTML, which stay as large as they are. Colours are
 * those of the page's style.
 */

const rect = (x: number, y: number, width: number, height: number, kind: string): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" class="${kind}"/>`;

const round = (value: number): number => Math.round(value * 100) / 100;

const svg = (width: number, height: number, inside: string, kind: string): string =>
  `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" class="${kind}" aria-hidden="true">${inside}</svg>`;

const FATES = ["answered", "unanswered", "open"] as const;

/** One bar for each day, of those that were answered, those that never were, and those that are open. */
export function plotDays(days: readonly Day[]): string {
  const total = (day: Day) => FATES.reduce((sum, fate) => sum + day[fate], 0);
  const most = Math.max(1, ...days.map(total));
  const bars = days.map((day, index) => {
    let top = 100;
    const parts = FATES.map((fate) => {
      const height = (day[fate] / most) * 100;
      top -= height;
      return height > 0 ? rect(index + 0.1, top, 0.8, height, fate) : "";
    });
    const counts = FATES.map((fate) => `${day[fate]} ${FATE_WORDS[fate]}`).join(", ");
    return `<g><title>${day.day}: ${counts}</title>${rect(index, 0, 1, 100, "catch")}${parts.join("")}</g>`;
  });
  const marks = [...new Set([0, Math.floor((days.length - 1) / 2), days.length - 1])];
  const labels = marks.flatMap((index) => (days[index] ? [`<span>${days[index].day}</span>`] : []));
  return `<div class="days"><span class="most">${most}</span>${svg(Math.max(1, days.length), 100, bars.join(""), "bars")}</div><div class="axis">${labels.join("")}</div>${LEGEND}`;
}

const FATE_WORDS = {
  answered: "answered",
  unanswered: "over without an answer",
  open: "open, no answer yet",
} as const;

const LEGEND = `<p class="legend">${FATES.map((fate) => `<span><i class="${fate}"></i>${FATE_WORDS[fate]}</span>`).join("")}</p>`;

const MINUTE = 60_000;

/** The upper ends of the bars, in ms. */
const STEPS: readonly (readonly [name: string, until: number])[] = [
  ["under 1 min", MINUTE],
  ["1–2 min", 2 * MINUTE],
  ["2–5 min", 5 * MINUTE],
  ["5–10 min", 10 * MINUTE],
  ["10–30 min", 30 * MINUTE],
  ["30–60 min", 60 * MINUTE],
  ["1–2 h", 120 * MINUTE],
  ["2–4 h", 240 * MINUTE],
  ["4–8 h", 480 * MINUTE],
  ["longer", Number.POSITIVE_INFINITY],
];

/** How many waited how long for the first answer. */
export function plotFirstAnswers(waits: readonly number[]): string {
  const counts = STEPS.map(() => 0);
  let never = 0;
  for (const wait of waits) {
    const step = STEPS.findIndex(([, until]) => wait < until);
    if (wait < 0) never += 1;
    else counts[step] = (counts[step] ?? 0) + 1;
  }
  const most = Math.max(1, never, ...counts);
  const row = (name: string, count: number, kind: string): string =>
    `<tr><th scope="row">${name}</th><td class="bar">${svg(100, 10, rect(0, 0, (count / most) * 100, 10, kind), "line")}</td><td class="n">${count}</td></tr>`;
  const rows = STEPS.map(([name], index) => row(name, counts[index] ?? 0, "answered"));
  return `<table class="plot">${rows.join("")}${row("never", never, "unanswered")}</table>`;
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** When in the week conversations begin. */
export function plotWeek(week: Report["week"]): string {
  const most = Math.max(1, ...week.flat());
  const hours = Array.from({ length: 24 }, (_, hour) => `<b>${hour % 6 === 0 ? hour : ""}</b>`);
  const rows = week.map((counts, day) => {
    const cells = counts.map((count, hour) => {
      const depth = count === 0 ? 0 : Math.ceil((count / most) * 5);
      return `<i class="heat${depth}" title="${DAYS[day]} ${hour}:00–${hour + 1}:00: ${count}"></i>`;
    });
    return `<b class="name">${DAYS[day]}</b>${cells.join("")}`;
  });
  return `<div class="week"><b></b>${hours.join("")}${rows.join("")}</div>`;
}

/** From the median to what nine of ten stay below, on a scale that goes to `most` seconds. */
export function plotSpan({ p50, p75, p90 }: Percentiles, most: number): string {
  if (p50 === undefined || p75 === undefined || p90 === undefined) return "";
  // Equal steps are equal factors: minutes and days stand beside each other.
  const at = (seconds: number) =>
    (Math.log1p(seconds / 30) / Math.log1p(Math.max(1, most) / 30)) * 98;
  const said = escapeHtml(
    `p50 ${sayDuration(p50)}, p75 ${sayDuration(p75)}, p90 ${sayDuration(p90)}`,
  );
  const inside = [
    `<title>${said}</title>`,
    rect(0, 4.4, 100, 1.2, "track"),
    rect(at(p50), 3, Math.max(0.5, at(p90) - at(p50)), 4, "span"),
    rect(at(p50), 1, 1.6, 8, "dot"),
    rect(at(p75), 2, 0.8, 6, "dot"),
  ];
  return svg(100, 10, inside.join(""), "line");
}
