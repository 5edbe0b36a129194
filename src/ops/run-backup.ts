import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { StateLocation } from "../config/state-location.ts";
import { fileOf } from "../state/describe-location.ts";
import { backUpState } from "../state/sqlite/back-up-state.ts";
import { describeCopy } from "./describe-copy.ts";
import { noStateAt } from "./no-state-at.ts";

export const BACKUP_USAGE = `Usage: npm run backup -- [--overwrite] <file>
  copies the state of STATE_URL into the file, also while the bridge runs
  --overwrite  a file that is there is replaced, once the new backup is complete`;

/** Writes a backup of the state; works beside a running bridge. Returns the exit code. @throws {StorageError} */
export async function runBackup(
  args: readonly string[],
  location: StateLocation,
  { print, signal }: { print: (line: string) => void; signal: AbortSignal },
): Promise<number> {
  const files = args.filter((arg) => arg !== "--overwrite");
  const [given] = files;
  if (given === undefined || files.length > 1 || given.startsWith("-") || given === "") {
    print(BACKUP_USAGE);
    return 64;
  }
  const state = fileOf(location);
  if (!existsSync(state)) {
    print(noStateAt(location));
    return 66;
  }
  const file = resolve(given);
  const facts = await backUpState(state, file, {
    overwrite: args.includes("--overwrite"),
    signal,
  });
  print(`${file} is a backup of ${state}: ${describeCopy(facts)}`);
  return 0;
}
