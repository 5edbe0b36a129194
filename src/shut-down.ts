import { errorFields, type Log } from "./log.ts";

export interface ShutDownOptions {
  /** The app, which may still be starting; it is stopped as soon as it has started. */
  app: Promise<{ stop(): Promise<void> }>;
  /** Aborts a start that has not taken anything in yet: `app` then rejects with its reason. */
  starting: AbortController;
  /** A stop that takes longer ends the process at once. Items that were being handled are handled again at the next start. */
  deadlineMs: number;
  log: Log;
  exit: (code: number) => void;
  /** ms of a clock that never jumps. */
  now?: () => number;
}

export interface ShutDown {
  /** Stops in order and exits with 0. A later signal means "now", and exits with 1. */
  onSignal(): void;
  /** To be called for an uncaught error. Nobody knows what still works then: stops in order and exits with 1. */
  onCrash(cause: unknown, origin: string): void;
}

/** A terminal signals all its programs, and npm and service managers pass theirs on: signals within this time count as one. */
const SAME_SIGNAL_MS = 2_000;

export function createShutDown(options: ShutDownOptions): ShutDown {
  const { app, starting, deadlineMs, log, exit, now = () => performance.now() } = options;
  let begunAt: number | undefined;
  let code = 0;

  async function begin(): Promise<void> {
    begunAt = now();
    setTimeout(() => {
      log.warn({}, "app.stop-cut-off");
      exit(code);
    }, deadlineMs).unref();
    starting.abort();
    try {
      const { stop } = await app;
      await stop();
    } catch (error) {
      if (error === starting.signal.reason) log.info({}, "app.stopped");
      else {
        log.error(errorFields(error), "app.stop-failed");
        code = 1;
      }
    }
    exit(code);
  }

  return {
    onSignal() {
      if (begunAt === undefined) void begin();
      else if (now() - begunAt > SAME_SIGNAL_MS) exit(1);
    },
    onCrash(cause, origin) {
      log.error({ origin, ...errorFields(cause) }, "process.crashed");
      code = 1;
      if (begunAt === undefined) void begin();
    },
  };
}
