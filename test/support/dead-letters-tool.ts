import { execFile } from "node:child_process";
import { join } from "node:path";
import type { Env } from "./world.ts";

const ROOT = join(import.meta.dirname, "../..");

interface ToolRun {
  readonly code: number;
  /** What it printed, line by line. */
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** `npm run dead-letters -- …`, as a process of its own with nothing but the address of the state. */
export function runDeadLetters({ STATE_URL }: Env, ...args: readonly string[]): Promise<ToolRun> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["src/main.ts", "dead-letters", ...args],
      { cwd: ROOT, env: { PATH: process.env.PATH ?? "", ...(STATE_URL && { STATE_URL }) } },
      (_error, stdout, stderr) => {
        const lines = stdout.split("\n").filter((line) => line !== "");
        resolve({ code: child.exitCode ?? -1, lines, stderr });
      },
    );
  });
}
