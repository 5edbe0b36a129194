import { setTimeout } from "node:timers/promises";

/** What `promise` gives, or `late` if that takes longer than `ms`. Its failure in time is thrown. */
export const withinTime = <T, Late>(
  promise: Promise<T>,
  ms: number,
  late: Late,
): Promise<T | Late> => Promise.race([promise, setTimeout(ms, late, { ref: false })]);
