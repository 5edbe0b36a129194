import { isJsonObject, type JsonObject } from "../../json.ts";

/**
 * What the versions before 0.3.0 stored under a key: `value`, and perhaps `expires` (ms since the epoch). Keyv put a colon before
 * each text that begins with one. `undefined`: it is damaged.
 */
export function readEarlierValue(row: string): JsonObject | undefined {
  try {
    const stored: unknown = JSON.parse(row, (_, each: unknown) =>
      typeof each === "string" && each.startsWith(":") ? each.slice(1) : each,
    );
    return isJsonObject(stored) ? stored : undefined;
  } catch {
    return undefined;
  }
}
