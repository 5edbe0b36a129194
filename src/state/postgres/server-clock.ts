import type { Clock } from "../../clock.ts";
import { NOW_MS } from "./now-ms.ts";
import type { Questions } from "./open-postgres.ts";

/** Clocks that are corrected move slowly, or at once and seldom. */
const ASK_EVERY_MS = 30_000;

/** An answer that took longer says too little about when it was given. */
const LONGEST_MS = 1_000;

/** How far the server's clock is ahead of ours. */
export interface ServerClock {
  /** ms, as of the last answer that came soon enough. */
  aheadMs(): number;
  stop(): void;
}

/** @throws {StorageError} the server cannot be asked */
export async function watchServerClock(side: Questions, clock: Clock): Promise<ServerClock> {
  let aheadMs: number | undefined;

  async function ask(): Promise<void> {
    const [askedAt, wall] = [clock.monotonic(), clock.now()];
    const [row] = await side.read<{ now: number }>(`SELECT ${NOW_MS} AS now`);
    const tookMs = clock.monotonic() - askedAt;
    if (!row || (aheadMs !== undefined && tookMs > LONGEST_MS)) return;
    aheadMs = Math.round(row.now - (wall + tookMs / 2));
  }

  await ask();
  // While it cannot be asked, the last answer is the best.
  const timer = setInterval(() => void ask().catch(() => {}), ASK_EVERY_MS).unref();
  return {
    aheadMs: () => aheadMs ?? 0,
    stop: () => clearInterval(timer),
  };
}
