import { inBridgeFile } from "./two-teams.ts";
import { startWorld, type World, type WorldOptions } from "./world.ts";

/** Starts a world with one team, for which `bridge.yaml` says this. */
export const startDesk = async (
  rules: Readonly<Record<string, unknown>>,
  options: WorldOptions = {},
): Promise<World> =>
  await startWorld({
    ...options,
    env: { ...options.env, ...(await inBridgeFile([{ name: "Support" }], rules)) },
  });
