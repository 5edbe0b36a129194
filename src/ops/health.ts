import type { Alarms } from "../alarms.ts";
import { reasonOf, toBridgeError } from "../errors.ts";
import { type Route, sendJson } from "../http/http-server.ts";
import { withinTime } from "../within-time.ts";

type Checks = Readonly<Record<string, () => Promise<unknown>>>;

/** A check that takes longer has failed. */
const CHECK_TIMEOUT_MS = 4_000;
/** Probes come often; the other side is asked this often at most. */
const RESULT_LIFE_MS = 5_000;
/** Nobody may ask for weeks; what is broken is noticed within this time even so. */
const ROUND_MS = 60_000;

export interface HealthOptions {
  /** What callbacks and events need to be taken in. */
  intake: Checks;
  /** What the rest of the work needs besides. */
  rest: Checks;
  alarms: Pick<Alarms, "current">;
}

export interface Health {
  readonly routes: readonly Route[];
  /** Runs the checks now and then, until `stop`. */
  start(): void;
  stop(): void;
}

/**
 * `GET /healthz`: the process is up. `GET /readyz`: all is well. `GET /readyz/intake`: callbacks and events can be taken
 * in, whatever is wrong with Slack or Parley. The last two answer 503 with what each check said where one fails.
 */
export function createHealth({ intake, rest, alarms }: HealthOptions): Health {
  const runIntake = remember(() => runAll(intake));
  const runRest = remember(() => runAll(rest));
  let timer: NodeJS.Timeout | undefined;

  return {
    routes: [
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
          const [first, second] = await Promise.all([runIntake(), runRest()]);
          const raised = alarms.current().map(({ name, advice }) => [name, advice] as const);
          // What an alarm tells is the more exact.
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

type Results = Readonly<Record<string, string>>;

function sendResults(response: Parameters<typeof sendJson>[0], checks: Results): void {
  const isReady = Object.values(checks).every((result) => result === "ok");
  sendJson(response, isReady ? 200 : 503, { status: isReady ? "ready" : "not ready", checks });
}

async function runAll(checks: Checks): Promise<Results> {
  const results = Object.entries(checks).map(async ([name, check]) => {
    const result = check().then(
      () => "ok",
      (thrown: unknown) => reasonOf(toBridgeError(thrown)),
    );
    return [name, await withinTime(result, CHECK_TIMEOUT_MS, "no answer in time")] as const;
  });
  return Object.fromEntries(await Promise.all(results));
}

/** The latest answer again while it is young. */
function remember<T>(ask: () => Promise<T>): () => Promise<T> {
  let latest: { at: number; answer: Promise<T> } | undefined;
  return () => {
    // Monotonic: a clock that is set back would keep an old answer alive.
    const now = performance.now();
    if (!latest || now - latest.at > RESULT_LIFE_MS) latest = { at: now, answer: ask() };
    return latest.answer;
  };
}
