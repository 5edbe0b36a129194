import { UnreadableError } from "../errors.ts";

/** What `read` returns, or nothing if this version does not understand it: it must not affect the others. */
export function ifReadable<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch (error) {
    if (error instanceof UnreadableError) return [];
    throw error;
  }
}
