import type { AlarmName, Alarms } from "../alarms.ts";
import { ConfigError } from "../errors.ts";

/**
 * A check that also raises its alarm while somebody has to do something, and clears it when all is well. A failure that
 * can pass leaves the alarm as it is.
 */
export function watched(
  check: () => Promise<unknown>,
  name: AlarmName,
  alarms: Pick<Alarms, "raise" | "clear">,
): () => Promise<void> {
  return async () => {
    try {
      await check();
    } catch (error) {
      if (error instanceof ConfigError) alarms.raise(name, error.problems.join(" · "));
      throw error;
    }
    alarms.clear(name);
  };
}
