import type { Delivery } from "./deliveries.ts";
import type { Entry } from "./ledger.ts";

/** A message with its first delivery. */
export interface Arrival {
  readonly entry: Entry;
  readonly delivery: Delivery;
}

/** What else decides about the order in a lane; ms since the epoch. */
export interface Moments {
  /** When the bridge was started, and nothing that it sent before was still on its way; empty if others go on meanwhile. */
  readonly startedAt: readonly number[];
  /** When handovers of this User were taken in. */
  readonly handedOver: readonly { readonly from: number; readonly to: number }[];
  /** When somebody asked to move this User, also in vain; that keeps its place of arrival, too. */
  readonly moved: readonly { readonly from: number; readonly to: number }[];
  /** Posts of the bridge's own words in the User's threads, or to the User; they too keep their place of arrival. */
  readonly notices: readonly number[];
}

const isBefore = (a: Delivery, b: Delivery): boolean =>
  a.post < b.post || (a.post === b.post && a.part < b.part);

/**
 * Pairs of one lane that came out the wrong way round. Two messages are bound to an order if the earlier one was
 * acknowledged before the later one was written; or if both were surely waiting together: a third one of the lane came
 * out after both were acknowledged and before both of them, or the bridge was started in that time.
 */
export function findDisorder(arrivals: readonly Arrival[], moments: Moments): [Entry, Entry][] {
  // In the order of writing; the fakes number messages in that order too.
  const written = arrivals.toSorted((a, b) => a.entry.number - b.entry.number);
  const pairs: [Entry, Entry][] = [];
  for (const [index, earlier] of written.entries()) {
    for (const later of written.slice(index + 1)) {
      if (isBefore(earlier.delivery, later.delivery)) continue;
      if (isBound(earlier, later, arrivals, moments)) pairs.push([earlier.entry, later.entry]);
    }
  }
  return pairs;
}

function isBound(
  earlier: Arrival,
  later: Arrival,
  lane: readonly Arrival[],
  { startedAt, handedOver, moved, notices }: Moments,
): boolean {
  const [a, b] = [earlier.entry.acknowledgedAt, later.entry.acknowledgedAt];
  if (a === undefined || b === undefined) return false;
  if (a < later.entry.sentAt) return true;
  // A handover keeps its place of arrival, and what came before it stays before it.
  const begun = Math.min(a, b, earlier.entry.offeredAt ?? a, later.entry.offeredAt ?? b);
  const between = [...handedOver, ...moved];
  if (between.some(({ from, to }) => to >= begun && from <= Math.max(a, b))) return false;
  const [from, to] = [later.delivery.post, earlier.delivery.post];
  if (notices.some((post) => post > from && post < to)) return false;
  const bothWaitSince = Math.max(a, b);
  const bothWaitUntil = Math.min(earlier.delivery.at, later.delivery.at);
  if (startedAt.some((at) => at > bothWaitSince && at < bothWaitUntil)) return true;
  return lane.some(
    ({ delivery }) =>
      delivery.at > bothWaitSince &&
      delivery.post < earlier.delivery.post &&
      delivery.post < later.delivery.post,
  );
}
