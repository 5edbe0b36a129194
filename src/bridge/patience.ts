import type { Work } from "../delivery/lanes.ts";
import { MOMENT } from "./stored/step-kinds.ts";

/**
 * For how long something that fails is tried again before the bridge goes on without it, ms. Attempts count, and the pauses
 * between them; a pause that the other side asked for counts no more than one of our own would have taken.
 */
export interface Patience {
  /** Parley does not say who has the User. */
  readonly ownerMs: number;
  /** Parley does not take a hand-back. Then the agent decides, with the User still ours. */
  readonly handBackMs: number;
  /** The thread of a User who was merged into another does not open. */
  readonly openingMs: number;
  /** A User's file does not get into Slack. Then something else stands in its place. */
  readonly fileToSlackMs: number;
  /** Slack does not give out an agent's file yet. */
  readonly fileToParleyMs: number;
}

/**
 * Whether what fails here is still to be tried again. It counts from the first call with this name, which is a step of the
 * item, or from the moment at which the item was requeued since then.
 */
export async function isPatientWith(
  work: Work<unknown>,
  name: string,
  patienceMs: number,
): Promise<boolean> {
  const { triedMs } = work.item;
  // Whoever requeues an item has its time begin anew.
  if ((work.resultOf(name, MOMENT) ?? 0) > triedMs) await work.forget(name);
  const since = await work.step(name, { kind: MOMENT, run: async () => triedMs });
  return triedMs - since < patienceMs;
}
