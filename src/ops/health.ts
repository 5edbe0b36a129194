import { toBridgeError } from "../errors.ts";
import { type Route, sendJson } from "../http-server.ts";

export type Checks = Readonly<Record<string, () => Promise<unknown>>>;

/** A check that takes longer has failed. */
const CHECK_TIMEOUT_MS = 4_000;
/** Probes come often; the other side is asked this often at most. */
const RESULT_LIFE_MS = 5_000;

/** `GET /healthz`: the process is up. `GET /readyz`: every check passes; 503 and the failing ones otherwise. */
export function createHealthRoutes(checks: Checks): Route[] {
  let latest:
    | { readonly at: number; readonly results: Promise<Record<string, string>> }
    | undefined;

  async function runAll(): Promise<Record<string, string>> {
    const results = Object.entries(checks).map(async ([name, check]) => {
      const timeout = new Promise<string>((resolve) => {
        setTimeout(() => resolve("no answer in time"), CHECK_TIMEOUT_MS).unref();
      });
      const result = check().then(
        () => "ok",
        (thrown: unknown) => toBridgeError(thrown).message,
      );
      return [name, await Promise.race([result, timeout])] as const;
    });
    return Object.fromEntries(await Promise.all(results));
  }

  return [
    {
      method: "GET",
      path: "/healthz",
      handle(_request, response) {
        sendJson(response, 200, { status: "up" });
        return Promise.resolve();
      },
    },
    {
      method: "GET",
      path: "/readyz",
      async handle(_request, response) {
        if (!latest || Date.now() - latest.at > RESULT_LIFE_MS) {
          latest = { at: Date.now(), results: runAll() };
        }
        const results = await latest.results;
        const isReady = Object.values(results).every((result) => result === "ok");
        const status = isReady ? "ready" : "not ready";
        sendJson(response, isReady ? 200 : 503, { status, checks: results });
      },
    },
  ];
}
