import { spawnSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { restoreState } from "../../src/state/sqlite/restore-state.ts";
import { filesOf, leaveKilled, makeFolder, notesIn, writeState } from "../support/small-states.ts";

const SUPPORT = join(import.meta.dirname, "../support");
const COMPILE_CACHE = join(import.meta.dirname, "../../node_modules/.cache/node-compile-cache");

/** Runs a restore that is killed in front of the given call; false: it came to its end. */
function isKilledAt(call: number, state: string, backup: string): boolean {
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    [
      "--import",
      join(SUPPORT, "kill-at-call.ts"),
      join(SUPPORT, "restore-alone.ts"),
      state,
      backup,
    ],
    { env: { KILL_AT: String(call), NODE_COMPILE_CACHE: COMPILE_CACHE }, encoding: "utf8" },
  );
  if (signal === "SIGKILL") return true;
  if (status !== 0) throw new Error(`ended with ${status}: ${stderr}`);
  return false;
}

/** What a bridge finds that starts now. */
function find(state: string): string {
  try {
    return notesIn(state).join();
  } catch (error) {
    return (error as Error).message;
  }
}

it.each([
  [
    "a killed bridge left",
    (state: string) => leaveKilled(state, ["old 1", "old 2"]),
    "old 1,old 2",
  ],
  [
    "nobody can open",
    (state: string) => {
      for (const end of ["", "-wal"]) writeFileSync(state + end, "no database ".repeat(1_000));
    },
    "file is not a database",
  ],
])(
  "leaves the state that %s, or the new one, wherever it is killed, and can be repeated",
  { timeout: 600_000 },
  async (_what, prepare, old) => {
    const found: string[] = [];
    for (let call = 1; ; call++) {
      const folder = makeFolder();
      const [state, backup] = [join(folder, "bridge.sqlite"), join(folder, "backup.sqlite")];
      prepare(state);
      writeState(backup, ["new"]);

      const isKilled = isKilledAt(call, state, backup);

      // Looked at through copies, because to look may repair.
      for (const end of filesOf(state).filter((each) => /^(-wal|-journal)?$/.test(each))) {
        copyFileSync(state + end, `${state}.seen${end}`);
      }
      found.push(find(`${state}.seen`));
      if (!isKilled) break;
      await restoreState(state, backup, {
        signal: new AbortController().signal,
        now: () => new Date(),
      });
      expect(filesOf(state)).toEqual([""]);
      expect(notesIn(state)).toEqual(["new"]);
    }
    const changed = found.indexOf("new");
    expect(changed).toBeGreaterThan(10);
    expect(found.slice(0, changed)).toEqual(Array(changed).fill(old));
    expect(found.slice(changed)).toEqual(Array(found.length - changed).fill("new"));
    expect(found.length).toBeGreaterThan(changed + 2);
  },
);
