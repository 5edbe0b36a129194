import { runToEnd } from "./run-to-end.ts";
import type { Env } from "./world.ts";

interface ToolRun {
  readonly code: number;
  /** What it printed, line by line. */
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** `npm run dead-letters -- …`, with nothing but the address of the state. */
export async function runDeadLetters(
  { STATE_URL }: Env,
  ...args: readonly string[]
): Promise<ToolRun> {
  const env: Env = STATE_URL === undefined ? {} : { STATE_URL };
  const { code, stdout, stderr } = await runToEnd(env, "dead-letters", ...args);
  return { code, lines: stdout.split("\n").filter((line) => line !== ""), stderr };
}
