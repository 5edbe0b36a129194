/** Spaces calls in time, for each key apart. */
export interface RateLimiter {
  /**
   * Resolves when the caller may make one call under `key`, first come first served. Callers of priority `low` wait until
   * no other does. Rejects with the signal's reason if that is aborted first.
   */
  acquire(key: string, options?: { priority?: "low"; signal?: AbortSignal }): Promise<void>;
  /** Lets nobody through for `key` for this long, because the other side asked for it. */
  pause(key: string, ms: number): void;
  /** How long it takes until all who wait for `key` now are through, ms. */
  waitMs(key: string): number;
}

interface Waiter {
  go: () => void;
}

interface Bucket {
  tokens: number;
  filledAt: number;
  pausedUntil: number;
  normal: Waiter[];
  low: Waiter[];
  timer: NodeJS.Timeout | undefined;
}

/**
 * Spaces calls at `perSecond` on average for each key, with at most `burst` at once after a quiet time.
 * A new key starts with one token, not with a burst: after a restart nobody knows what was sent a moment ago.
 */
export function createRateLimiter(options: {
  perSecond: number;
  burst: number;
  now?: () => number;
}): RateLimiter {
  // Monotonic: a clock that is set back must not stop everybody.
  const now = options.now ?? (() => performance.now());
  const { perSecond, burst } = options;
  const buckets = new Map<string, Bucket>();

  function bucketOf(key: string): Bucket {
    let bucket = buckets.get(key);
    if (!bucket) {
      bucket = {
        tokens: 1,
        filledAt: now(),
        pausedUntil: 0,
        normal: [],
        low: [],
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
    while (bucket.normal.length + bucket.low.length > 0) {
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
      (bucket.normal.shift() ?? bucket.low.shift())?.go();
    }
  }

  return {
    acquire(key, { priority, signal } = {}) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const bucket = bucketOf(key);
        const line = priority === "low" ? bucket.low : bucket.normal;
        const waiter: Waiter = {
          go: () => {
            signal?.removeEventListener("abort", leave);
            resolve();
          },
        };
        const leave = () => {
          line.splice(line.indexOf(waiter), 1);
          reject(signal?.reason as Error);
        };
        signal?.addEventListener("abort", leave, { once: true });
        line.push(waiter);
        serve(bucket);
      });
    },
    pause(key, ms) {
      const bucket = bucketOf(key);
      bucket.pausedUntil = Math.max(bucket.pausedUntil, now() + ms);
    },
    waitMs(key) {
      const bucket = buckets.get(key);
      const waiting = bucket ? bucket.normal.length + bucket.low.length : 0;
      return (waiting / perSecond) * 1000;
    },
  };
}
