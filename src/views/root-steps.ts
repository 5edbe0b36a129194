const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long a User has waited when the root says so anew; then it does each hour. */
export const ROOT_STEPS_MS = {
  /** Nobody has claimed it. */
  waiting: [1, 3, 10, 30, 60].map((minutes) => minutes * MINUTE_MS),
  /** The agent who has owes an answer. */
  silent: [10, 30, 60].map((minutes) => minutes * MINUTE_MS),
} as const;

/** The last step that `ms` have reached; `undefined`: none yet. */
export function lastRootStep(kind: keyof typeof ROOT_STEPS_MS, ms: number): number | undefined {
  return ms >= HOUR_MS
    ? Math.floor(ms / HOUR_MS) * HOUR_MS
    : ROOT_STEPS_MS[kind].findLast((step) => step <= ms);
}
