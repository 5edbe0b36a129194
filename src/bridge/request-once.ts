import { defined } from "../defined.ts";
import type { Work } from "../delivery/lanes.ts";
import { DONE, REQUEST } from "./stored/step-kinds.ts";

/**
 * Makes a request that nobody can look for afterwards, as the step `name`: once, until people have the item requeued.
 *
 * `confirm` throws if it must not be made now.
 *
 * @throws {UncertainDeliveryError} it may have been made before
 */
export async function requestOnce(
  work: Work<unknown>,
  name: string,
  request: () => Promise<void>,
  confirm?: () => Promise<void>,
): Promise<void> {
  await work.step(name, {
    kind: REQUEST,
    intent: () => null,
    ...defined({ confirm }),
    async run() {
      await request();
      return null;
    },
  });
}

/** Stores that the step `name` is done, which may be done twice until then. */
export async function storeDone(work: Work<unknown>, name: string): Promise<void> {
  await work.step(name, { kind: DONE, run: async () => null });
}
