import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { StateLocation } from "../config/state-location.ts";
import { fileOf } from "../state/describe-location.ts";
import { doubtRestored } from "../state/postgres/doubt-restored.ts";
import { restoreState } from "../state/sqlite/restore-state.ts";
import { describeCopy } from "./describe-copy.ts";

export const RESTORE_USAGE = `Usage: npm run restore -- <file>
  puts a copy of the backup in the place of the state of STATE_URL, and keeps that beside it. Stop the bridge first
npm run restore
  where STATE_URL is a database of PostgreSQL that pg_restore has filled just now: has agents asked about what waited when the
  copy was made and may have been done since. Stop every bridge first`;

/** Restores a backup while no bridge runs. Returns the exit code. @throws {ConfigError} @throws {StorageError} */
export async function runRestore(
  args: readonly string[],
  location: StateLocation,
  { print, signal }: { print: (line: string) => void; signal: AbortSignal },
): Promise<number> {
  const [given] = args;
  if (location.engine === "postgres" && args.length === 0) {
    tellDoubts(await doubtRestored(location), print);
    return 0;
  }
  if (given === undefined || args.length > 1 || given.startsWith("-") || given === "") {
    print(RESTORE_USAGE);
    return 64;
  }
  const backup = resolve(given);
  if (!existsSync(backup)) {
    print(`There is no file ${backup}`);
    return 66;
  }
  const state = fileOf(location);
  const restored = await restoreState(state, backup, { signal, now: () => new Date() });
  const before =
    restored.kept === undefined ? "There was none before" : `What was there is ${restored.kept}`;
  print(`${state} is now the state of ${backup}: ${describeCopy(restored)}. ${before}`);
  if (restored.inDoubt > 0) tellDoubts(restored.inDoubt, print);
  return 0;
}

const tellDoubts = (count: number, print: (line: string) => void): void =>
  print(
    `Replies and hand-backs that waited then and may have been done since: ${count}. The agents are asked once the bridge runs`,
  );
