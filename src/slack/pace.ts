import type { CreateRateLimiter, RateLimiter } from "../delivery/rate-limiter.ts";
import { RateLimitedError } from "../errors.ts";
import { callSlack } from "./web-api.ts";

/** The pace of calls: posts by channel, everything else by method. Slack counts the calls of all replicas together. */
export interface Pace {
  readonly posts: RateLimiter;
  readonly extras: RateLimiter;
}

/** Slack allows short bursts of posts, but says no figure. */
const POSTS_BURST = 3;
/** Where one post a second is allowed, about 50 updates a minute are, and as many reactions. */
const EXTRAS_PER_POST = 50 / 60;
/** Posts go faster than this, per second, only to a test server, which updates and reactions need not flood. */
const MAX_PACE_OF_EXTRAS = 10;
const EXTRAS_BURST = 10;

/** Each channel has a pace of posts, and each other method one of its own. */
export const createPace = (postsPerSecond: number, createLimiter: CreateRateLimiter): Pace => ({
  posts: createLimiter({ name: "posts", perSecond: postsPerSecond, burst: POSTS_BURST }),
  extras: createLimiter({
    name: "extras",
    perSecond: Math.min(postsPerSecond, MAX_PACE_OF_EXTRAS) * EXTRAS_PER_POST,
    burst: EXTRAS_BURST,
  }),
});

/** After a 429 all calls of the same `key` wait as long as Slack asks, not just the one that was refused. */
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

/** Calls as soon as the pace of the method allows; with `low`, behind calls that matter more. The call must be safe to repeat. */
export async function callExtra(
  { extras }: Pick<Pace, "extras">,
  method: string,
  call: () => Promise<unknown>,
  priority?: "low",
): Promise<void> {
  await extras.acquire(method, priority ? { priority } : {});
  await callPaced(extras, method, { method, idempotent: true }, call);
}
