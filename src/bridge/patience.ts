import type { Config } from "../config/read-config.ts";
import type { Work } from "../delivery/lanes.ts";
import { MOMENT } from "./stored/step-kinds.ts";

/** For how long something that fails is tried again before the bridge goes on without it, ms. */
export type Patience = Config["patience"];

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
