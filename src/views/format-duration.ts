import type { Texts } from "./texts/en.ts";

/** How long, as people say it: `under a minute`, `7 min`, `3 h`, `2 days`. */
export function formatDuration(ms: number, { duration }: Pick<Texts, "duration">): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return duration.underAMinute;
  if (minutes < 60) return duration.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return duration.hours(hours);
  return duration.days(Math.floor(hours / 24));
}
