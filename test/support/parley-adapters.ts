import type { Parley, ParleyFiles } from "../../src/bridge/ports.ts";
import { toSecret } from "../../src/config/secret.ts";
import { createParleyApi } from "../../src/parley/api.ts";
import { createParleyClient } from "../../src/parley/client.ts";
import { createParleyFiles } from "../../src/parley/media.ts";

/** What talks to Parley, for a server that stands in for it. */
export function createParleyAdapters(apiUrl: string): { client: Parley; files: ParleyFiles } {
  const options = {
    serviceId: "svc",
    accountId: "account",
    sharedSecret: toSecret("secret"),
    apiUrl,
    messagesPath: "/users/{userId}/messages",
    mediaPath: "/media",
    mediaHosts: [],
    agentFields: "none" as const,
    emptyAnswer: "uncertain" as const,
    connectTimeoutMs: 5_000,
    responseTimeoutMs: 5_000,
    alarms: { raise: () => undefined, clear: () => undefined },
    onDate: () => undefined,
  };
  const api = createParleyApi(options);
  return { client: createParleyClient(api, options), files: createParleyFiles(api, options) };
}
