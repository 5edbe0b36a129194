import type { Work } from "../delivery/lanes.ts";
import { TEXTS } from "./stored/step-kinds.ts";

const STEP = "texts";

/**
 * The pieces of a text that is sent in several messages, cut as they were at the first attempt: other settings or names
 * would cut it differently, and then a part of it would go twice or not at all. `hasBegun`: the first one may have gone.
 */
export async function piecesOnce(
  work: Work<unknown>,
  hasBegun: boolean,
  cut: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const known = knownPieces(work);
  if (known) return known;
  const pieces = await cut();
  // Several are stored before the first one goes, so it was the only one.
  if (hasBegun) return pieces.slice(0, 1);
  if (pieces.length > 1) await work.step(STEP, { kind: TEXTS, run: async () => pieces });
  return pieces;
}

/** `undefined`: there was only one, or it was not cut yet. */
export const knownPieces = (work: Work<unknown>): readonly string[] | undefined =>
  work.resultOf(STEP, TEXTS);
