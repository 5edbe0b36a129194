import { createWaitingLine, type WaitingLine, type WaitOptions } from "./waiting-line.ts";

/** Spaces calls in time, for each key apart. */
export interface RateLimiter {
  /**
   * Resolves when the caller may make one call under `key`, first come first served. Callers of priority `low` wait until
   * no other does. Rejects with the signal's reason if that is aborted first, and with a {@link StorageError} if the pace is
   * shared and nobody can ask for it.
   */
  acquire(key: string, options?: WaitOptions): Promise<void>;
  /** Lets nobody through for `key` for this long, because the other side asked for it. */
  pause(key: string, ms: number): void;
  /** How long it takes until all who wait for `key` now are through, ms. */
  waitMs(key: string): number;
}

/**
 * Calls at `perSecond` on average for each key, with at most `burst` at once after a quiet time.
 * A new key starts with one call, not with a burst: after a restart nobody knows what was sent a moment ago.
 */
export interface Rate {
  /** Limiters of one name share their pace wherever the state is shared. */
  readonly name: string;
  readonly perSecond: number;
  readonly burst: number;
}

export type CreateRateLimiter = (rate: Rate) => RateLimiter;

interface Bucket {
  tokens: number;
  filledAt: number;
  pausedUntil: number;
  readonly line: WaitingLine;
  timer: NodeJS.Timeout | undefined;
}

/** A rate limiter in memory, for a process that shares its pace with no other. */
export function createRateLimiter({ perSecond, burst }: Omit<Rate, "name">): RateLimiter {
  // Monotonic: a clock that is set back must not stop everybody.
  const now = () => performance.now();
  const buckets = new Map<string, Bucket>();

  function bucketOf(key: string): Bucket {
    let bucket = buckets.get(key);
    if (!bucket) {
      bucket = {
        tokens: 1,
        filledAt: now(),
        pausedUntil: 0,
        line: createWaitingLine(now),
        timer: undefined,
      };
      buckets.set(key, bucket);
    }
    return bucket;
  }

  function refill(bucket: Bucket): void {
    const at = now();
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.filledAt) / 1000) * perSecond);
    bucket.filledAt = at;
  }

  function serve(bucket: Bucket): void {
    if (bucket.timer) return;
    refill(bucket);
    while (bucket.line.size > 0) {
      const pausedMs = bucket.pausedUntil - now();
      // With a little tolerance: tokens are fractions, and a timer may fire slightly early.
      const emptyMs = bucket.tokens >= 0.999 ? 0 : ((1 - bucket.tokens) / perSecond) * 1000;
      const waitMs = Math.max(pausedMs, emptyMs);
      if (waitMs > 0) {
        bucket.timer = setTimeout(() => {
          bucket.timer = undefined;
          serve(bucket);
        }, Math.ceil(waitMs)).unref();
        return;
      }
      bucket.tokens -= 1;
      bucket.line.letThrough();
    }
  }

  return {
    acquire(key, options) {
      const bucket = bucketOf(key);
      const turn = bucket.line.join(options);
      serve(bucket);
      return turn;
    },
    pause(key, ms) {
      const bucket = bucketOf(key);
      bucket.pausedUntil = Math.max(bucket.pausedUntil, now() + ms);
    },
    waitMs(key) {
      return ((buckets.get(key)?.line.size ?? 0) / perSecond) * 1000;
    },
  };
}
