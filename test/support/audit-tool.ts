import { runToEnd } from "./run-to-end.ts";
import type { World } from "./world.ts";

/** A record as `npm run audit -- --format json` prints it. */
export interface PrintedRecord {
  readonly time: string;
  readonly what: string;
  readonly result: string;
  readonly why?: string;
  readonly by?: string;
  readonly name?: string;
  readonly user?: string;
  readonly conversation?: string;
  readonly from?: string;
  readonly to?: string;
  readonly id: string;
}

/** What is recorded, as the tool tells that knows nothing but the address of the state. */
export async function recordsIn(
  { env }: Pick<World, "env">,
  ...args: readonly string[]
): Promise<readonly PrintedRecord[]> {
  const { STATE_URL = "" } = env;
  const { stdout } = await runToEnd({ STATE_URL }, "audit", "--format", "json", ...args);
  return JSON.parse(stdout) as PrintedRecord[];
}
