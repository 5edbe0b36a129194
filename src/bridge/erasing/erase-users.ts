import { type EraseUserDependencies, eraseUser } from "./erase-user.ts";

/**
 * Carries out all orders, the oldest first. One that fails stays, and the others are carried out all the same.
 *
 * @throws what the first threw that failed
 */
export async function eraseUsers(
  signal: AbortSignal,
  dependencies: EraseUserDependencies,
): Promise<void> {
  const failures: unknown[] = [];
  for (const id of await dependencies.erasures.ids()) {
    try {
      await eraseUser(id, signal, dependencies);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** The rounds of all who can do that: one of them at a time. */
export const ERASING_ROUND = "erasing";

/** How soon an order is seen that somebody else has given. */
export const ERASING_EVERY_MS = 5_000;
