import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { StorageError } from "../../errors.ts";
import { lock } from "./lock.ts";
import { codeOf, troubleOf } from "./storage-trouble.ts";

/**
 * Keeps bridges away from the file `state`, which need not be there. Returns how to give it up.
 *
 * @throws {ConfigError} a bridge has it · {StorageError} its lock cannot be made; says what to do
 */
export async function lockState(state: string): Promise<() => Promise<void>> {
  const path = `${state}.lock`;
  try {
    mkdirSync(dirname(state), { recursive: true, mode: 0o700 });
    if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
  } catch (cause) {
    const { advice, canPass } = troubleOf(codeOf(cause), state);
    throw new StorageError(advice, { cause, canPass });
  }
  return await lock(path);
}
