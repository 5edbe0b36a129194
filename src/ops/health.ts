import type { Alarms } from "../alarms.ts";
import type { Clock } from "../clock.ts";
import { reasonOf, toBridgeError } from "../errors.ts";
import { type Route, sendJson } from "../http/http-server.ts";
import { withinTime } from "../within-time.ts";

type Checks = Readonly<Record<string, () => Promise<unknown>>>;

/** A check that takes longer has failed. */
const CHECK_TIMEOUT_MS = 4_000;
/** How long a result is reused, because probes come often, and each check asks the other side. */
const RESULT_LIFE_MS = 5_000;
/** How often the checks run when nobody asks, so that what is broken is noticed anyway. */
const ROUND_MS = 60_000;

export interface HealthOptions {
  /** The checks of what is needed to take callbacks and events in. */
  intake: Checks;
  /** The checks of what the rest of the work needs. */
  rest: Checks;
  /** What `/healthz` says of the bridge, by which its public address is known. */
  identity: { readonly version: string; readonly bridge: string };
  alarms: Pick<Alarms, "current">;
  /** To be told what each check found, whenever it ran. */
  onChecked: (check: string, isOk: boolean) => void;
  /** If the clock is set back an old result must not last longer. */
  monotonic: Clock["monotonic"];
}

export interface Health {
  readonly routes: readonly Route[];
  /** Runs the checks every minute, until `stop`. */
  start(): void;
  stop(): void;
}

/**
 * `GET /healthz`: the process is up. `GET /readyz`: all is well. `GET /readyz/intake`: callbacks and events can be taken
 * in, whatever is wrong with Slack or Parley. If a check fails, the last two answer 503 and say what each check found.
 */
export function createHealth({
  intake,
  rest,
  identity,
  alarms,
  onChecked,
  monotonic,
}: HealthOptions): Health {
  const runIntake = reuse(() => runAll(intake, onChecked), monotonic);
  const runRest = reuse(() => runAll(rest, onChecked), monotonic);
  let timer: NodeJS.Timeout | undefined;

  return {
    routes: [
      {
        method: "GET",
        path: "/healthz",
        handle(_request, response) {
          sendJson(response, 200, { status: "up", ...identity });
          return Promise.resolve();
        },
      },
      {
        method: "GET",
        path: "/readyz",
        async handle(_request, response) {
          const [first, second] = await Promise.all([runIntake(), runRest()]);
          const raised = alarms.current().map(({ name, advice }) => [name, advice] as const);
          // An alarm says more exactly what is wrong than a check does.
          sendResults(response, { ...first, ...second, ...Object.fromEntries(raised) });
        },
      },
      {
        method: "GET",
        path: "/readyz/intake",
        async handle(_request, response) {
          sendResults(response, await runIntake());
        },
      },
    ],
    start() {
      timer = setInterval(() => {
        void runIntake();
        void runRest();
      }, ROUND_MS);
    },
    stop: () => clearInterval(timer),
  };
}

/** By the name of the check: {@link OK}, or what is wrong. */
type Results = Readonly<Record<string, string>>;
const OK = "ok";

function sendResults(response: Parameters<typeof sendJson>[0], checks: Results): void {
  const isReady = Object.values(checks).every((result) => result === OK);
  sendJson(response, isReady ? 200 : 503, { status: isReady ? "ready" : "not ready", checks });
}

async function runAll(checks: Checks, onChecked: HealthOptions["onChecked"]): Promise<Results> {
  const results = Object.entries(checks).map(async ([name, check]) => {
    const result = check().then(
      () => OK,
      (thrown: unknown) => reasonOf(toBridgeError(thrown)),
    );
    const found = await withinTime(result, CHECK_TIMEOUT_MS, "no answer in time");
    onChecked(name, found === OK);
    return [name, found] as const;
  });
  return Object.fromEntries(await Promise.all(results));
}

/** Reuses the latest result for as long as {@link RESULT_LIFE_MS}. */
function reuse<T>(ask: () => Promise<T>, now: () => number): () => Promise<T> {
  let latest: { at: number; answer: Promise<T> } | undefined;
  return () => {
    const at = now();
    if (!latest || at - latest.at > RESULT_LIFE_MS) latest = { at, answer: ask() };
    return latest.answer;
  };
}
