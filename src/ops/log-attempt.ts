import { defined } from "../defined.ts";
import type { Attempt } from "../delivery/lanes.ts";
import { framesOf } from "../errors.ts";
import type { Log } from "../log.ts";

/** The one wide line of an attempt. */
export function logAttempt(log: Log, { error, ...attempt }: Attempt): void {
  log[attempt.outcome === "dead" ? "error" : "info"](
    {
      queue: attempt.queue,
      lane: attempt.lane,
      item: attempt.item,
      attempt: attempt.attempt,
      items: attempt.items,
      outcome: attempt.outcome,
      duration_ms: Math.round(attempt.durationMs),
      age_ms: Math.round(attempt.ageMs),
      ...defined({
        error: error?.message,
        error_code: error?.code,
        stack: error?.code === "defect" ? framesOf(error.cause) : undefined,
        next_attempt_in_ms: attempt.nextAttemptInMs && Math.round(attempt.nextAttemptInMs),
      }),
    },
    "delivery.attempted",
  );
}
