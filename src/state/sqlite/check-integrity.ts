import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Failure } from "./sqlite-operation.ts";

/** After the start, which has enough to do. */
const DELAY_MS = 3_000;

const PROGRAM = fileURLToPath(new URL("./quick-check.ts", import.meta.url));

/**
 * Reads the whole file in the background, once, which may take minutes; in a process of its own, because one more thread would
 * leave some MB of memory behind. `onFailure`: something is wrong with it.
 */
export function checkIntegrity(
  path: string,
  onFailure: (failure: Failure) => void,
): { stop(): void } {
  const stopping = new AbortController();
  const timer = setTimeout(() => {
    execFile(process.execPath, [PROGRAM, path], { signal: stopping.signal }, (error, stdout) => {
      if (error) return;
      const failure = JSON.parse(stdout) as Failure | null;
      if (failure) onFailure(failure);
    });
  }, DELAY_MS);
  return {
    stop() {
      clearTimeout(timer);
      stopping.abort();
    },
  };
}

/** Reads the whole file at once. `undefined`: it is well · `late`: that takes longer. */
export function readWholeFile(
  path: string,
  timeoutMs: number,
): Promise<Failure | undefined | "late"> {
  const { promise, resolve } = Promise.withResolvers<Failure | undefined | "late">();
  execFile(process.execPath, [PROGRAM, path], { timeout: timeoutMs }, (error, stdout) => {
    resolve(error ? "late" : ((JSON.parse(stdout) as Failure | null) ?? undefined));
  });
  return promise;
}
