import { cp, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { World } from "./world.ts";

/** Stops the bridge, and leaves on disk what a process that is killed now would leave. */
export async function killBridge(world: World): Promise<void> {
  const folder = dirname(world.env.STATE_URL?.slice("sqlite:".length) ?? "");
  await cp(folder, `${folder}-then`, { recursive: true });
  await world.stopBridge();
  await rm(folder, { recursive: true });
  await rename(`${folder}-then`, folder);
}
