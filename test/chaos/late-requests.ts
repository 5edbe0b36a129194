import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import type { Harm } from "./harms.ts";
import type { Entry } from "./ledger.ts";
import type { Places } from "./places.ts";
import type { Sighting } from "./sightings.ts";
import { byLane, laneOf } from "./take-overs.ts";

/**
 * A request of a replica that had been frozen for longer than its lanes were its own: it had been about to leave, and left
 * when the replica was thawed. Nothing can keep it back; so whoever has taken the lane over must have looked for it, or said
 * that nobody knows.
 */
export interface LateRequest {
  readonly replica: number;
  readonly lane: string;
  readonly tokens: readonly string[];
  /** Somebody else sent this, or something behind it in the lane, while the replica was frozen. */
  readonly overtakenBy: Sighting;
  readonly frozen: Harm;
}

/** Whoever is thawed sends what was about to leave within this time. By then it may have got the lane again, and send more. */
const LATE_MS = 500;

export function findLateRequests(
  harms: readonly Harm[],
  sightings: readonly Sighting[],
  entries: readonly Entry[],
): LateRequest[] {
  const entryOf = new Map(entries.map((entry) => [entry.token, entry]));
  const lanes = [...byLane(sightings)];
  return harms
    .filter(({ kind }) => kind === "frozen")
    .flatMap((frozen) =>
      lanes.flatMap(([lane, all]) => {
        const meanwhile = all.filter(
          ({ replica, at }) => replica !== frozen.replica && at > frozen.at && at < frozen.until,
        );
        const afterwards = all.filter(
          ({ replica, at }) =>
            replica === frozen.replica && at >= frozen.until && at < frozen.until + LATE_MS,
        );
        return afterwards.flatMap((sighting): LateRequest[] => {
          const tokens = sighting.tokens.filter((token) => laneOf(token) === lane);
          // What was written only afterwards cannot have been about to leave.
          const isNew = tokens.some((token) => (entryOf.get(token)?.sentAt ?? 0) > frozen.at);
          if (isNew || holdsLane(sighting, all)) return [];
          const waited = tokens.every(
            (token) => (entryOf.get(token)?.acknowledgedAt ?? Infinity) <= frozen.at,
          );
          const overtakenBy = meanwhile.find((other) =>
            waited
              ? isAsFar(other, lane, tokens)
              : tokens.some((each) => other.tokens.includes(each)),
          );
          return overtakenBy
            ? [{ replica: sighting.replica, lane, tokens, overtakenBy, frozen }]
            : [];
        });
      }),
    );
}

/**
 * Whoever sends the same once more, as the next one to send anything in the lane, has it. Else nobody learns what became of the
 * first request, and so nobody tries again.
 */
function holdsLane({ replica, at, tokens }: Sighting, lane: readonly Sighting[]): boolean {
  const next = lane.find((other) => other.at > at);
  return next?.replica === replica && tokens.some((token) => next.tokens.includes(token));
}

/** Tokens of one lane are in the order of writing. */
const isAsFar = (other: Sighting, lane: string, tokens: readonly string[]): boolean =>
  other.tokens.some((token) => laneOf(token) === lane && token >= (tokens[0] ?? ""));

/** What is wrong about them, one line each. */
export function judgeLateRequests(
  late: readonly LateRequest[],
  given: {
    readonly entries: readonly Entry[];
    readonly slack: FakeSlack;
    readonly places: Places;
    /** Whether the writer was told that nobody knows. */
    readonly isTold: (entry: Entry) => boolean;
  },
): string[] {
  const entryOf = new Map(given.entries.map((entry) => [entry.token, entry]));
  const reads = given.slack.calls("conversations.replies");
  const inOneLane = Map.groupBy(
    late,
    ({ frozen, lane }) => `${lane} of replica ${frozen.replica} at ${frozen.at}`,
  );
  return [
    ...[...inOneLane].flatMap(([lane, all]) =>
      all.length > 1 ? [`${all.length} late requests in one lane: ${lane}`] : [],
    ),
    ...late.flatMap(({ tokens, overtakenBy, frozen }) =>
      tokens.flatMap((token) => {
        const entry = entryOf.get(token);
        if (!entry) return [];
        if (entry.from === "agent") {
          return given.isTold(entry) ? [] : [`late, but not told as uncertain: ${token}`];
        }
        const isLookedFor = reads.some(
          ({ args, at }) =>
            at >= frozen.at &&
            at <= overtakenBy.at &&
            given.places.userOf(String(args.ts)) === entry.user,
        );
        return isLookedFor ? [] : [`late, but nobody had looked for it: ${token}`];
      }),
    ),
  ];
}
