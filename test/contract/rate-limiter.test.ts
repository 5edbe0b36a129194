import { createRateLimiter, type Rate, type RateLimiter } from "../../src/delivery/rate-limiter.ts";
import { describeRateLimiter } from "./rate-limiter-suite.ts";

/** In memory all who share a pace share a limiter. */
function openMemory() {
  const limiters = new Map<string, RateLimiter>();
  const create = (rate: Rate): RateLimiter => {
    const limiter = limiters.get(rate.name) ?? createRateLimiter(rate);
    limiters.set(rate.name, limiter);
    return limiter;
  };
  return Promise.resolve({
    replica: () => create,
    settled: () => Promise.resolve(),
    latenessMs: 0,
  });
}

describeRateLimiter("a rate limiter in memory", openMemory);
