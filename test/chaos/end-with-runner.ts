import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

let reaper: ChildProcess | undefined;

/** Kills the child, by its id, if this process ends before it, even if that is killed or the child is frozen. */
export function endWithRunner(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  reaper ??= startReaper();
  reaper.stdin?.write(`+${pid}\n`);
  child.once("exit", () => reaper?.stdin?.write(`-${pid}\n`));
}

function startReaper(): ChildProcess {
  const started = spawn(process.execPath, [join(import.meta.dirname, "reaper.ts")], {
    // In a group of its own, so that what ends this process does not end it too.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  started.unref();
  // It is no reason to go on.
  if (started.stdin && "unref" in started.stdin) (started.stdin.unref as () => void)();
  return started;
}
