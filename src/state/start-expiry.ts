import type { State } from "./state.ts";

const INTERVAL_MS = 60 * 60_000;

/** Deletes hourly what is no longer needed: old idempotency keys, dead letters, held items and ended conversations. */
export function startExpiry(
  { expire }: Pick<State, "expire">,
  options: { retentionDays: number; onError: (error: unknown) => void },
): { stop(): Promise<void> } {
  const run = () => expire(Date.now(), options.retentionDays).catch(options.onError);
  let round = run();
  const timer = setInterval(() => {
    round = run();
  }, INTERVAL_MS);
  return {
    /** Resolves when nothing of it uses the state any more. */
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}
