import { editDistance } from "./edit-distance.ts";
import { SECRET_VARIABLES, VARIABLES } from "./variables.ts";

const KNOWN: readonly string[] = [...VARIABLES, ...SECRET_VARIABLES.map((name) => `${name}_FILE`)];

/** Shorter names are too easily those of other programs. */
const MIN_LENGTH = 6;
/** Names of npm, systemd, X and the locale are never mistyped names of ours. */
const FOREIGN = /^(npm_|systemd_|xdg_|lc_)/i;

/** Variables that are not read but look like ours, most likely mistyped; each with the nearest name that is read. */
export function unknownVariables(env: Record<string, string | undefined>): string[] {
  return Object.keys(env)
    .filter((name) => !KNOWN.includes(name))
    .flatMap((name) => {
      const meant = likelyMeant(name);
      return meant ? [`${name} is not read by the bridge; did you mean ${meant}?`] : [];
    });
}

function likelyMeant(name: string): string | undefined {
  if (FOREIGN.test(name)) return undefined;
  const upper = name.toUpperCase();
  const [nearest] = KNOWN.map((known) => ({
    known,
    distance: editDistance(upper, known),
  })).toSorted((a, b) => a.distance - b.distance);
  if (!nearest) return undefined;
  const isSlip = nearest.distance <= 1 && nearest.known.length >= MIN_LENGTH;
  return isSlip || /^(SLACK|PARLEY)_/.test(name) ? nearest.known : undefined;
}
