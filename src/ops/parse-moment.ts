const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A time, ms since the epoch: so long before `now` (`90s`, `3m`, `24h`, `30d`), or a day or an instant of UTC (`2026-11-30`,
 * `2026-11-30T09:00:00Z`). `undefined`: neither.
 */
export function parseMoment(text: string, now: number): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count && unit) return now - Number(count) * UNITS[unit as keyof typeof UNITS];
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
