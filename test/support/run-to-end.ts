import { onTestFinished } from "vitest";
import { run } from "../../src/run.ts";
import type { LogLine } from "./process.ts";
import type { Env } from "./world.ts";

export interface EndedRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What it has logged. @throws {SyntaxError} a line that is not JSON */
  readonly lines: readonly LogLine[];
}

/**
 * The program, or the tool that `args` name, on this environment until it ends by itself: what `src/main.ts` runs, in the
 * process of the tests. Whatever runs on is stopped with the test.
 */
export async function runToEnd(env: Env, ...args: readonly string[]): Promise<EndedRun> {
  const output = { stdout: "", stderr: "" };
  const into = (name: "stdout" | "stderr") => ({
    write(text: string) {
      output[name] += text;
    },
  });
  let stop = () => {};
  onTestFinished(() => stop());
  const code = await new Promise<number>((resolve, reject) => {
    run({
      args,
      env,
      stdin: () => process.stdin,
      stdout: into("stdout"),
      stderr: into("stderr"),
      exit: resolve,
      on(event: string, listener: unknown) {
        if (event === "SIGTERM") stop = listener as () => void;
      },
    }).catch(reject);
  });
  return {
    code,
    ...output,
    get lines() {
      const lines = output.stdout.split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as LogLine);
    },
  };
}
