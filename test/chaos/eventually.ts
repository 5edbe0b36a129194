import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks again and again until the probe has an answer: for what lies in another process and rings no bell.
 *
 * @throws {Error} naming `what` after `timeoutMs`
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { timeoutMs, what, everyMs = 40 }: { timeoutMs: number; what: string; everyMs?: number },
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await pause(everyMs);
  }
}
