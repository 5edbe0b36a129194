import type { Work } from "../delivery/lanes.ts";
import { UncertainDeliveryError } from "../errors.ts";
import { readProgress } from "./stored/read-progress.ts";

/** The name of a step that only {@link doubt} begins. Stored: it must stay. */
const RESTORED = "restored";

/**
 * The progress of an outbox item that waited when a backup was made, and may have been done since: people are asked.
 *
 * @throws {UnreadableError} this version does not understand the progress that it has
 */
export function doubt(progress: string | undefined, requeues: number): string {
  const steps = progress === undefined ? {} : readProgress(progress);
  return JSON.stringify({ steps: { ...steps, [RESTORED]: { intent: null, life: requeues } } });
}

/** @throws {UncertainDeliveryError} the item is in doubt, and nobody has decided about it yet */
export function refuseIfInDoubt(work: Pick<Work<unknown>, "stateOf">): void {
  if (work.stateOf(RESTORED) !== "begun") return;
  throw new UncertainDeliveryError(
    "It waited when the backup was made that was restored, and may have been done since",
  );
}
