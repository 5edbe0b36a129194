import type { OpeningHours } from "../config/desk-rules.ts";
import { type OpenTime, openTimes } from "./hours.ts";

/** How long it is open between two moments, ms. */
export type OpenTimer = (from: number, to: number) => number;

/**
 * As `openMsBetween`, for very many questions about moments that are not before `since`: each opening is worked out once. It
 * knows as many years as that looks ahead.
 */
export function createOpenTimer(hours: OpeningHours, since: number): OpenTimer {
  const times = openTimes(hours, since);
  const known: (OpenTime & { readonly openBefore: number })[] = [];

  function knowUntil(at: number): void {
    let last = known.at(-1);
    while (!last || last.from <= at) {
      const { value: next } = times.next();
      if (!next) return;
      const openBefore = last ? last.openBefore + last.to - last.from : 0;
      const opening = { ...next, openBefore };
      known.push(opening);
      last = opening;
    }
  }

  function openUntil(at: number): number {
    knowUntil(at);
    let low = 0;
    let high = known.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((known[middle]?.from ?? at) < at) low = middle + 1;
      else high = middle;
    }
    const last = known[low - 1];
    return last ? last.openBefore + Math.min(at, last.to) - last.from : 0;
  }

  return (from, to) => Math.max(0, openUntil(to) - openUntil(from));
}
