/** Later than any moment in seconds: so it is in milliseconds. */
const FIRST_IN_MS = 100_000_000_000;

/**
 * When something was, as bots may say it: in unix seconds or milliseconds, as a number or as text, or as ISO 8601.
 * `undefined` for anything else, which is not worth refusing a handover for.
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
