import type { Parley, ParleyFiles } from "../../src/bridge/ports.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { createParleyApi } from "../../src/parley/parley-api.ts";
import { createParleyClient } from "../../src/parley/parley-client.ts";
import { createParleyFiles } from "../../src/parley/parley-files.ts";
import { MINIMAL_ENV } from "./minimal-env.ts";

/** What talks to Parley, for a server that stands in for it. */
export function createParleyAdapters(
  apiUrl: string,
  mayAct: () => Promise<void> = () => Promise.resolve(),
): { client: Parley; files: ParleyFiles } {
  const { parley } = readConfig(MINIMAL_ENV);
  const config = { ...parley, apiUrl, agentFields: "none" as const };
  const api = createParleyApi({
    ...config,
    alarms: { raise: () => undefined, clear: () => undefined },
    onDate: () => undefined,
    mayAct,
    watch: (request) => request(),
  });
  return { client: createParleyClient(api, config), files: createParleyFiles(api, config) };
}
