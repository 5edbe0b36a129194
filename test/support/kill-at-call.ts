import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { DatabaseSync } from "node:sqlite";

/**
 * Loaded in front of a program (`node --import`): kills the process in front of the call with the number `KILL_AT` that
 * touches the disk, as a SIGKILL or a power cut would at that moment.
 */
const killAt = Number(process.env.KILL_AT);
let calls = 0;

function killable<Given extends unknown[], Returned>(
  call: (...given: Given) => Returned,
): (...given: Given) => Returned {
  return function (this: unknown, ...given) {
    calls += 1;
    if (calls === killAt) process.kill(process.pid, "SIGKILL");
    return call.apply(this, given);
  };
}

const CALLS = ["openSync", "fsyncSync", "linkSync", "renameSync", "rmSync", "mkdirSync"] as const;
const patched = fs as unknown as Record<string, (...given: unknown[]) => unknown>;
for (const name of [...CALLS, "createReadStream", "createWriteStream"]) {
  const call = patched[name];
  if (call) patched[name] = killable(call);
}
syncBuiltinESMExports();

const { prototype } = DatabaseSync;
prototype.exec = killable(prototype.exec);
prototype.prepare = killable(prototype.prepare);
prototype.close = killable(prototype.close);
