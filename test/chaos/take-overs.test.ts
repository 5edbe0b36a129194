import { expect, it } from "vitest";
import type { Harm } from "./harms.ts";
import { findLateRequests } from "./late-requests.ts";
import type { Entry } from "./ledger.ts";
import type { Sighting } from "./sightings.ts";
import { findTakeOvers, formatTakeOvers } from "./take-overs.ts";

const tokenOf = (user: number, number: number): string => `w-000${user}-0000${number}-abcd`;

const sent = (replica: number, at: number, user: number, number: number): Sighting => ({
  replica,
  at,
  tokens: [tokenOf(user, number)],
});

const takenIn = (
  user: number,
  number: number,
  acknowledgedAt: number,
  sentAt = acknowledgedAt,
): Entry => ({
  token: tokenOf(user, number),
  from: "user",
  user,
  number,
  sentAt,
  acknowledgedAt,
});

const FROZEN: Harm = { kind: "frozen", replica: 0, at: 1_000, until: 6_000 };

it("measures from the harm to the first message of each lane that the victim had", () => {
  const sightings = [
    sent(0, 900, 1, 1),
    sent(1, 950, 2, 2),
    sent(2, 4_100, 1, 3),
    sent(2, 4_200, 2, 4),
  ];
  const entries = [takenIn(1, 3, 990), takenIn(2, 4, 990)];
  expect(findTakeOvers([FROZEN], sightings, entries)).toEqual([
    { kind: "frozen", ms: 3_100, isAlone: true },
  ]);
});

it("tells whether anything else was harmed meanwhile", () => {
  const sightings = [sent(0, 900, 1, 1), sent(2, 4_100, 1, 3)];
  const other: Harm = { kind: "killed", replica: 1, at: 4_000, until: 4_010 };
  const [takeOver] = findTakeOvers([FROZEN, other], sightings, [takenIn(1, 3, 990)]);
  expect(takeOver?.isAlone).toBe(false);
});

it("measures nothing where the victim went on itself, or nothing waited for another one", () => {
  const sightings = [
    sent(0, 900, 1, 1),
    sent(0, 900, 2, 2),
    sent(0, 1_100, 1, 3),
    sent(1, 5_000, 2, 4),
  ];
  const entries = [takenIn(1, 3, 990), takenIn(2, 4, 4_990)];
  expect(findTakeOvers([FROZEN], sightings, entries)).toEqual([]);
});

it("tells p50, p99 and the longest of each kind", () => {
  const takeOvers = [300, 100, 200].map((ms) => ({
    kind: "killed" as const,
    ms,
    isAlone: ms < 300,
  }));
  expect(formatTakeOvers([...takeOvers, { kind: "frozen", ms: 7, isAlone: false }])).toEqual([
    "taken over from a replica that was killed: 3 lanes, p50 200 ms, p99 300 ms, max 300 ms; with nothing else harmed: 2 lanes, p50 100 ms, p99 200 ms, max 200 ms",
    "taken over from a replica that was frozen: 1 lanes, p50 7 ms, p99 7 ms, max 7 ms; with nothing else harmed: 0 lanes",
  ]);
});

it("finds what a thawed replica sent after somebody else had dealt with it", () => {
  const sightings = [
    sent(1, 4_000, 1, 1),
    sent(0, 6_010, 1, 1),
    // Nobody else sent this one, but what is behind it.
    sent(1, 4_000, 2, 3),
    sent(0, 6_010, 2, 2),
    // It had it before anybody was told that; somebody else, who has the lane, goes on with it.
    sent(1, 4_000, 3, 1),
    sent(0, 6_010, 3, 1),
    sent(1, 6_100, 3, 1),
    sent(0, 6_200, 3, 1),
  ];
  const entries = [takenIn(1, 1, 990), takenIn(2, 2, 990), takenIn(3, 1, 3_900, 980)];
  expect(findLateRequests([FROZEN], sightings, entries)).toMatchObject([
    { replica: 0, lane: "w-0001", tokens: [tokenOf(1, 1)], overtakenBy: { replica: 1 } },
    { replica: 0, lane: "w-0002", tokens: [tokenOf(2, 2)], overtakenBy: { replica: 1 } },
    { replica: 0, lane: "w-0003", tokens: [tokenOf(3, 1)], overtakenBy: { replica: 1 } },
    { replica: 0, lane: "w-0003", tokens: [tokenOf(3, 1)], overtakenBy: { replica: 1 } },
  ]);
});

it("finds each one where a replica goes on in a lane that it has lost", () => {
  const sightings = [
    sent(1, 4_000, 1, 1),
    sent(1, 4_100, 1, 2),
    sent(0, 6_010, 1, 1),
    sent(0, 6_020, 1, 2),
  ];
  const entries = [takenIn(1, 1, 990), takenIn(1, 2, 995)];
  expect(findLateRequests([FROZEN], sightings, entries)).toHaveLength(2);
});

it("does not call it late when nobody was as far, or the lane came back to it", () => {
  const sightings = [
    // Only an earlier message was sent meanwhile.
    sent(1, 4_000, 1, 1),
    sent(0, 6_010, 1, 2),
    // Much later.
    sent(1, 4_000, 2, 1),
    sent(0, 7_000, 2, 1),
    // Came in only afterwards.
    sent(1, 4_000, 3, 2),
    sent(0, 6_400, 3, 1),
    // Written when it was frozen.
    sent(1, 4_000, 4, 1),
    sent(0, 6_400, 4, 1),
    // It tries again, and nobody else does.
    sent(1, 4_000, 5, 1),
    sent(0, 6_400, 5, 1),
    sent(0, 6_600, 5, 1),
  ];
  const entries = [
    takenIn(1, 2, 990),
    takenIn(2, 1, 990),
    takenIn(3, 1, 6_100, 980),
    takenIn(4, 1, 3_990, 3_980),
    takenIn(5, 1, 3_990, 980),
  ];
  expect(findLateRequests([FROZEN], sightings, entries)).toEqual([]);
});
