import { setTimeout } from "node:timers/promises";

/** The result of `promise`, or `late` if it takes longer than `ms`. Throws if the promise rejects in time. */
export const withinTime = <T, Late>(
  promise: Promise<T>,
  ms: number,
  late: Late,
): Promise<T | Late> => Promise.race([promise, setTimeout(ms, late, { ref: false })]);
