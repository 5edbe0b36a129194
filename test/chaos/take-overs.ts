import type { Harm, HarmKind } from "./harms.ts";
import type { Entry } from "./ledger.ts";
import type { Sighting } from "./sightings.ts";

/** A lane went on with another replica than the one that was harmed. */
export interface TakeOver {
  readonly kind: HarmKind;
  /** From the harm until another replica sent a message of the lane. */
  readonly ms: number;
  /** Nothing else was harmed in that time. */
  readonly isAlone: boolean;
}

/** A message that waited for less than that tells nothing about when its lane was taken over. */
const MIN_WAIT_MS = 250;

/** So long after a harm the replica may still be about to start, or to connect. */
const AFTERMATH_MS = 4_000;

/** Of a User, in one direction: what the tokens of its messages begin with. */
export const laneOf = (token: string): string => token.slice(0, "w-0000".length);

/** The requests with messages of each lane, in the order of time. */
export const byLane = (sightings: readonly Sighting[]): Map<string, Sighting[]> => {
  const lanes = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    for (const lane of new Set(sighting.tokens.map(laneOf))) {
      lanes.set(lane, [...(lanes.get(lane) ?? []), sighting]);
    }
  }
  return lanes;
};

/** For each lane that a harmed replica was the last to send a message of: how long it waited for another one. */
export function findTakeOvers(
  harms: readonly Harm[],
  sightings: readonly Sighting[],
  entries: readonly Entry[],
): TakeOver[] {
  const takenIn = new Map(entries.map(({ token, acknowledgedAt }) => [token, acknowledgedAt]));
  const lanes = [...byLane(sightings).values()];
  return harms.flatMap((harm) => {
    const { kind, replica, at } = harm;
    return lanes.flatMap((lane): TakeOver[] => {
      const before = lane.findLast((sighting) => sighting.at < at);
      const next = lane.find((sighting) => sighting.at >= at);
      if (!before || !next || before.replica !== replica || next.replica === replica) return [];
      const waits = next.tokens.some((token) => {
        const since = takenIn.get(token);
        return since !== undefined && (since <= at || next.at - since > MIN_WAIT_MS);
      });
      const isAlone = harms.every(
        (other) => other === harm || other.until + AFTERMATH_MS < at || other.at > next.at,
      );
      return waits ? [{ kind, ms: next.at - at, isAlone }] : [];
    });
  });
}

/** One line for each kind of harm: of all lanes, and of those that waited for nothing else. */
export function formatTakeOvers(takeOvers: readonly TakeOver[]): string[] {
  return [...Map.groupBy(takeOvers, ({ kind }) => kind)].map(([kind, all]) => {
    const alone = all.filter(({ isAlone }) => isAlone);
    return `taken over from a replica that was ${kind}: ${figures(all)}; with nothing else harmed: ${figures(alone)}`;
  });
}

function figures(takeOvers: readonly TakeOver[]): string {
  const sorted = takeOvers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const quantile = (share: number) => `${sorted[Math.ceil(sorted.length * share) - 1]} ms`;
  if (sorted.length === 0) return "0 lanes";
  return `${sorted.length} lanes, p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, max ${quantile(1)}`;
}
