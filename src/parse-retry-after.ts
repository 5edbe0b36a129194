/** Used when the other side asks to wait without saying how long. */
const DEFAULT_MS = 5_000;
/** Used when the header says "at once", or names a moment that has passed by our clock. */
const MIN_MS = 1_000;
/** A longer wait would be a mistake of the other side, and asking once a day does no harm. */
const MAX_MS = 24 * 60 * 60_000;

/**
 * How long a `Retry-After` header asks to wait, ms: always finite, at least a second, at most a day. It holds seconds or a
 * date; `now` is ms since the epoch.
 */
export function parseRetryAfter(header: string | null | undefined, now = Date.now()): number {
  const text = header?.trim() ?? "";
  const isSeconds = /^\d+(\.\d+)?$/.test(text);
  const waitMs = isSeconds ? Number(text) * 1_000 : Date.parse(text) - now;
  if (Number.isNaN(waitMs) || /^[-+]/.test(text)) return DEFAULT_MS;
  return Math.min(Math.max(waitMs, MIN_MS), MAX_MS);
}
