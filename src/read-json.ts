import { UnreadableError } from "./errors.ts";

/**
 * Parses JSON that the bridge itself has stored. The text stays as it is.
 *
 * @throws {UnreadableError} it is damaged
 */
export function readJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnreadableError(`${what}: it is no JSON`, { cause });
  }
}
