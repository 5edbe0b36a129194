import { escapeHtml, sayDuration, sayRating, sayShare } from "./html.ts";
import { GROUPINGS, type Group, type Grouping, type Report } from "./make-report.ts";
import { PAGE_STYLE } from "./page-style.ts";
import { plotDays, plotFirstAnswers, plotSpan, plotWeek } from "./plots.ts";

/** More of a kind are one line that says how many. */
const MOST_ROWS = 25;

const TITLES: Readonly<Record<Grouping, string>> = {
  team: "Teams",
  agent: "Agents",
  reason: "Reasons of the handover",
  outcome: "Outcomes",
  ending: "How it ended",
};

/** The report as one page that needs nothing else: no script, no network. All that others have written is text. */
export function renderPage(report: Report): string {
  const { period, timezone, team, asOf, notes, total, groups, days, week, firstAnswers } = report;
  const title = `${team === undefined ? "The desk" : team} · ${period}`;
  const kept = notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join("");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${PAGE_STYLE}</style></head><body><main>
<header><h1>${escapeHtml(title)}</h1>
<p>Conversations that opened in this period. Days are those of ${escapeHtml(timezone)}; times count only while the team was open. As of ${new Date(asOf).toISOString().slice(0, 16).replace("T", " ")} UTC.</p>${kept}</header>
${
  total.conversations === 0
    ? `<p class="none">No conversation opened in this period.</p>`
    : `${tiles(report)}
<section class="wide"><h2>Conversations by day</h2>${plotDays(days)}</section>
<div class="two"><section><h2>Wait for the first answer</h2>${plotFirstAnswers(firstAnswers)}</section>
<section><h2>When they begin</h2>${plotWeek(week)}<p class="legend">the stronger the colour, the more; hours of ${escapeHtml(timezone)}</p></section></div>
${GROUPINGS.map((grouping) => renderGroup(TITLES[grouping], groups[grouping])).join("")}`
}
</main></body></html>`;
}

function tiles({ total }: Report): string {
  const { conversations, answered, unanswered, open, toClaim, toAnswer, toEnd, waited } = total;
  const { rated, rating } = total;
  const tile = (name: string, value: string, more: string): string =>
    `<div><dt>${name}</dt><dd>${value}</dd><dd class="more">${more}</dd></div>`;
  const times = ({ p75, p90 }: typeof toClaim): string =>
    `75 % within ${sayDuration(p75)}, 90 % within ${sayDuration(p90)}`;
  return `<dl class="tiles">${[
    tile("Conversations", String(conversations), `${open} still open`),
    tile("Answered", sayShare(answered, conversations), `${unanswered} over without an answer`),
    tile("To first answer", sayDuration(toAnswer.p50), times(toAnswer)),
    tile("To claim", sayDuration(toClaim.p50), times(toClaim)),
    tile("Waiting, in vain too", sayDuration(waited.p50), times(waited)),
    tile("To the end", sayDuration(toEnd.p50), times(toEnd)),
    ...(rated > 0 ? [tile("Rating", sayRating(rating), `of 5, by ${rated} Users`)] : []),
  ].join("")}</dl>`;
}

function renderGroup(title: string, groups: readonly Group[]): string {
  if (groups.length < 2) return "";
  const shown = groups.slice(0, MOST_ROWS);
  const most = Math.max(...shown.map(({ waited }) => waited.p90 ?? 0));
  const isRated = groups.some(({ rated }) => rated > 0);
  const left = groups.length - shown.length;
  const rows = shown.map(
    ({ name, conversations, answered, toAnswer, toClaim, toEnd, waited, rating }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="n">${conversations}</td><td class="n">${sayShare(answered, conversations)}</td><td class="n">${sayDuration(toClaim.p50)}</td><td class="n">${sayDuration(toAnswer.p50)}</td><td class="n">${sayDuration(toAnswer.p90)}</td><td class="bar">${plotSpan(waited, most)}</td><td class="n">${sayDuration(toEnd.p50)}</td>${isRated ? `<td class="n">${sayRating(rating)}</td>` : ""}</tr>`,
  );
  const more = left > 0 ? `<p class="legend">and ${left} more, which csv and json have</p>` : "";
  return `<section class="wide"><h2>${title}</h2><div class="scroll"><table class="groups"><thead><tr><th></th><th>conver­sations</th><th>answered</th><th>claim p50</th><th>answer p50</th><th>answer p90</th><th class="bar">waiting, p50 to p90</th><th>end p50</th>${isRated ? "<th>rating</th>" : ""}</tr></thead><tbody>${rows.join("")}</tbody></table></div>${more}</section>`;
}
