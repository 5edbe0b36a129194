import { open } from "node:fs/promises";
import { join } from "node:path";
import { inFolder } from "./folder.ts";
import { type Summary, summarize } from "./histogram.ts";
import { pause } from "./load.ts";
import { watchUsage } from "./processor.ts";

/** What the machine does by itself while the benchmark does next to nothing. Times are in ms. */
export interface Noise {
  /** How many processors others use; `undefined` where the system does not tell. */
  readonly otherCores: number | undefined;
  /** How long it takes to write 4 KB and to sync them to disk. */
  readonly sync: Summary;
  /** How much later than it should a timer comes. */
  readonly late: Summary;
}

const TIMES = 150;
const TIMER_MS = 5;

/** Takes about two seconds. */
export function measureNoise(): Promise<Noise> {
  return inFolder(async (folder) => {
    const usage = watchUsage();
    const late = await sample(async () => {
      const startedAt = performance.now();
      await pause(TIMER_MS);
      return performance.now() - startedAt - TIMER_MS;
    });
    const file = await open(join(folder, "sync"), "w");
    const block = Buffer.alloc(4_096, 1);
    const sync = await sample(async () => {
      const startedAt = performance.now();
      await file.write(block);
      await file.datasync();
      return performance.now() - startedAt;
    });
    await file.close();
    return { otherCores: usage().otherCores, sync, late };
  });
}

async function sample(measure: () => Promise<number>): Promise<Summary> {
  const samples: number[] = [];
  while (samples.length < TIMES) samples.push(await measure());
  return summarize(samples);
}
