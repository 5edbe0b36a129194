import { userId } from "../bridge/stored/fields.ts";
import { toUserId, type UserId } from "../ids.ts";
import type { KeyValues } from "./key-values.ts";

/** How long callbacks may still use the id of a merged User of whom nothing else is kept. */
const LIFE_MS = 30 * 86_400_000;

/** As whom Users live on that were merged into others. */
export interface UserAliases {
  /** The User as whom this one lives on; the same one unless it was merged. */
  resolve(userId: UserId): UserId;
  /** From now on `from` lives on as `to`; synced to disk when resolved. */
  add(from: UserId, to: UserId): Promise<void>;
}

/** All of them are in memory. */
export async function openUserAliases(values: KeyValues): Promise<UserAliases> {
  const aliases = new Map<UserId, UserId>();
  for (const [from, to] of await values.readableUnder("alias", userId)) {
    aliases.set(toUserId(from), to);
  }

  return {
    resolve(given) {
      let current = given;
      // A merged User may be merged again. The bound ends a circle, which should not exist.
      for (let hops = 0; hops < 10; hops++) {
        const next = aliases.get(current);
        if (next === undefined) break;
        current = next;
      }
      return current;
    },
    async add(from, to) {
      if (from === to) return;
      await values.set(`alias/${from}`, to, LIFE_MS);
      aliases.set(from, to);
    },
  };
}
