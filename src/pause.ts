import { setTimeout } from "node:timers/promises";

/** Resolves after so many ms; rejects with the signal's reason as soon as that is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
  signal?.throwIfAborted();
}
