import { runToEnd } from "./run-to-end.ts";
import type { World } from "./world.ts";

/** `npm run people -- …` with the settings of the bridge. */
export async function runPeople({ env }: Pick<World, "env">, ...args: readonly string[]) {
  const { code, stdout, stderr } = await runToEnd(env, "people", ...args);
  return { code, lines: stdout.split("\n").filter((line) => line !== ""), stdout, stderr };
}
