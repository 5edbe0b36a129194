/** Greater numbers are milliseconds: as seconds they would be thousands of years away. */
const FIRST_IN_MS = 100_000_000_000;

/**
 * A moment as bots may write it: unix seconds or milliseconds, as a number or as text, or ISO 8601. `undefined` for
 * anything else: a wrong time is no reason to refuse a handover.
 */
export function toUnixSeconds(value: unknown): number | undefined {
  if (typeof value === "string" && value.trim() !== "") {
    const number = Number(value);
    return toUnixSeconds(Number.isNaN(number) ? Date.parse(value) : number);
  }
  if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) return undefined;
  const seconds = value >= FIRST_IN_MS ? value / 1000 : value;
  return seconds < FIRST_IN_MS ? Math.floor(seconds) : undefined;
}
