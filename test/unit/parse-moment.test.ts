import { expect, it } from "vitest";
import { parseMoment } from "../../src/ops/parse-moment.ts";

const NOW = Date.UTC(2026, 10, 30, 9);

it.each([
  ["90s", NOW - 90_000],
  ["3m", NOW - 180_000],
  ["24h", NOW - 86_400_000],
  ["30d", NOW - 30 * 86_400_000],
  ["0d", NOW],
  ["2026-11-30", Date.UTC(2026, 10, 30)],
  ["2026-11-30T08:15Z", Date.UTC(2026, 10, 30, 8, 15)],
  ["2026-11-30T08:15:30.5Z", Date.UTC(2026, 10, 30, 8, 15, 30, 500)],
])("%s is a moment", (text, at) => {
  expect(parseMoment(text, NOW)).toBe(at);
});

it.each([
  "",
  "30",
  "d",
  "-1d",
  "1.5d",
  "30 d",
  "1w",
  "2026-13-01",
  "2026-11-30T08:15",
  "30.11.2026",
])("%j is none", (text) => {
  expect(parseMoment(text, NOW)).toBeUndefined();
});
