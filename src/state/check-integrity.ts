import { Worker } from "node:worker_threads";
import type { Failure } from "./sqlite-operation.ts";

/** After the start, which has enough to do. */
const DELAY_MS = 3_000;

/** Reads the whole file in the background, in a thread of its own, once. `onFailure`: something is wrong with it. */
export function checkIntegrity(
  path: string,
  onFailure: (failure: Failure) => void,
): { stop(): Promise<void> } {
  let worker: Worker | undefined;
  const timer = setTimeout(() => {
    worker = new Worker(new URL("./integrity-worker.ts", import.meta.url), { workerData: path });
    worker.once("message", (failure: Failure | undefined) => {
      if (failure) onFailure(failure);
    });
  }, DELAY_MS);
  return {
    async stop() {
      clearTimeout(timer);
      await worker?.terminate();
    },
  };
}
