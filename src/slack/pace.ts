import { createRateLimiter, type RateLimiter } from "../delivery/rate-limiter.ts";
import { RateLimitedError } from "../errors.ts";
import { callSlack } from "./web-api.ts";

/** The pace of calls: posts by channel, everything else by method. */
export interface Pace {
  readonly posts: RateLimiter;
  readonly extras: RateLimiter;
}

/** Slack allows short bursts without a figure. */
const POSTS_BURST = 3;
/** Updates and reactions: Slack allows about 50 a minute of each; a test server may allow more, but needs no flood. */
const EXTRAS_PER_POST = 50 / 60;
const MAX_PACE_OF_EXTRAS = 10;
const EXTRAS_BURST = 10;

/** Everything but posts goes a little faster, method by method. */
export const createPace = (postsPerSecond: number): Pace => ({
  posts: createRateLimiter({ perSecond: postsPerSecond, burst: POSTS_BURST }),
  extras: createRateLimiter({
    perSecond: Math.min(postsPerSecond, MAX_PACE_OF_EXTRAS) * EXTRAS_PER_POST,
    burst: EXTRAS_BURST,
  }),
});

/** What Slack asks to wait is obeyed for all calls of that kind, not just for the one that was refused. */
export async function callPaced<Result>(
  rateLimiter: RateLimiter,
  key: string,
  { method, idempotent }: { method: string; idempotent: boolean },
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await callSlack(method, call, { idempotent });
  } catch (error) {
    if (error instanceof RateLimitedError) rateLimiter.pause(key, error.retryAfterMs);
    throw error;
  }
}

/** Goes out when its method's pace allows; low priority behind what must not be missing. Safe to repeat. */
export async function callExtra(
  { extras }: Pick<Pace, "extras">,
  method: string,
  call: () => Promise<unknown>,
  priority?: "low",
): Promise<void> {
  await extras.acquire(method, priority ? { priority } : {});
  await callPaced(extras, method, { method, idempotent: true }, call);
}
