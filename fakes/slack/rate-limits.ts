import { SlackError } from "./slack-error.ts";
import type { Workspace } from "./workspace.ts";

/** Posts that Slack lets through at once before the pace of one per second applies. Inferred: "short bursts". */
const POST_BURST = 4;
const REACTIONS_PER_MINUTE = 50;

export interface RateLimits {
  /** Counts a post to a channel. @throws {SlackError} `ratelimited` beyond one a second after a burst */
  post(channel: string): void;
  /** Counts a reaction. @throws {SlackError} `ratelimited` beyond 50 a minute */
  reaction(): void;
}

export function createRateLimits({ state, now }: Pick<Workspace, "state" | "now">): RateLimits {
  const buckets = new Map<string, { tokens: number; at: number }>();

  const take = (key: string, capacity: number, perSecond: number): void => {
    const at = now();
    const bucket = buckets.get(key) ?? { tokens: capacity, at };
    const tokens = Math.min(capacity, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
    if (tokens < 1) {
      buckets.set(key, { tokens, at });
      throw new SlackError("ratelimited", {
        retryAfterSeconds: Math.max(1, Math.ceil((1 - tokens) / perSecond)),
      });
    }
    buckets.set(key, { tokens: tokens - 1, at });
  };

  return {
    post(channel) {
      if (state.limits.posts) take(`post:${channel}`, POST_BURST, 1);
    },
    reaction() {
      if (state.limits.reactions)
        take("reactions", REACTIONS_PER_MINUTE, REACTIONS_PER_MINUTE / 60);
    },
  };
}
