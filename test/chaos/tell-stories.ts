import type { Harm } from "./harms.ts";
import type { Entry } from "./ledger.ts";
import type { Sighting } from "./sightings.ts";

/** So long before the first request, and after the last one, a harm may have to do with it. */
const AROUND_MS = 10_000;

/** For each message: when it was written, which replica sent it when, and what was done to replicas around that. One line each. */
export function tellStories(
  tokens: readonly string[],
  entries: readonly Entry[],
  harms: readonly Harm[],
  sightings: readonly Sighting[],
): string[] {
  return [...new Set(tokens)].flatMap((token) => {
    const sent = sightings.filter((sighting) => sighting.tokens.includes(token));
    const [first, last] = [sent[0], sent.at(-1)];
    if (!first || !last) return [];
    const { sentAt, acknowledgedAt, place } = entries.find((each) => each.token === token) ?? {};
    const moments = [
      ...(sentAt === undefined
        ? []
        : [{ at: sentAt, what: place ? `written in ${place.channel}` : "written" }]),
      ...(acknowledgedAt === undefined ? [] : [{ at: acknowledgedAt, what: "acknowledged" }]),
      ...sent.map(({ replica, at }) => ({ at, what: `sent by ${replica}` })),
      ...harms
        .filter(({ at, until }) => until > first.at - AROUND_MS && at < last.at + AROUND_MS)
        .map(({ kind, replica = "all", at, until }) => ({
          at,
          what: `${replica} ${kind} for ${until - at} ms`,
        })),
    ];
    const story = moments
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, what }) => `${at - first.at} ms ${what}`);
    return [`  ${token} from ${new Date(first.at).toISOString()}: ${story.join(", ")}`];
  });
}
