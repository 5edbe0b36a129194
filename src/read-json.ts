import { UnreadableError } from "./errors.ts";

/**
 * Parses JSON that the bridge itself has stored. The text stays as it is. `change` sees each value, as in `JSON.parse`.
 *
 * @throws {UnreadableError} it is damaged
 */
export function readJson(
  text: string,
  what: string,
  change?: (key: string, value: unknown) => unknown,
): unknown {
  try {
    return JSON.parse(text, change);
  } catch (cause) {
    throw new UnreadableError(`${what}: it is no JSON`, { cause });
  }
}
