import type { Round } from "../rounds.ts";
import type { RetentionDays } from "./retention.ts";
import type { State } from "./state.ts";

const INTERVAL_MS = 60 * 60_000;

/** Deletes hourly what is no longer needed: old idempotency keys, dead letters, held items, ended conversations and records of deeds. */
export const startExpiry = (
  { rounds, expire }: Pick<State, "rounds" | "expire">,
  {
    days,
    now,
    onError,
  }: { days: RetentionDays; now: () => number; onError: (error: unknown) => void },
): Pick<Round, "stop"> =>
  rounds.start("expiry", {
    everyMs: INTERVAL_MS,
    run: () => expire(now(), days),
    onError,
  });
