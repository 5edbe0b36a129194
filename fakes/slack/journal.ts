/** A call that reached the fake or a delivery that left it. */
export interface RecordedCall {
  readonly kind: "web-api" | "upload" | "download" | "response_url" | "delivery";
  /** Web API method, `files.upload`, `files.download`, `response_url`, or for deliveries `event:message` and the like. */
  readonly method: string;
  /** The parsed arguments; for a delivery the payload sent. */
  readonly args: Record<string, unknown>;
  /** When it arrived or left, ms since the epoch. */
  readonly at: number;
  /**
   * The HTTP status seen by the caller, `pending` while there is none, `cut` if the connection ended without one.
   * Deliveries over a socket count as 200 once acknowledged.
   */
  status: number | "pending" | "cut";
  /** What was answered; with `cut` and `pending` what would have been, if the work was done. */
  answer?: unknown;
  /** Slack's error code, or the text of an exception inside the fake, which is always a bug. */
  error?: string;
}

export type Change =
  | { readonly kind: "call"; readonly call: RecordedCall }
  | { readonly kind: "state"; readonly what: string; readonly id: string };

/** The fake's memory of calls and its bell: whoever waits for a condition looks again after every ring. */
export interface Journal {
  readonly calls: readonly RecordedCall[];
  /** Exceptions thrown inside the fake. Tests should find none. */
  readonly crashes: readonly Error[];
  /** Files a call at its arrival; {@link Journal.settle} completes it. */
  open(call: Pick<RecordedCall, "kind" | "method" | "args">): RecordedCall;
  settle(call: RecordedCall, outcome: Pick<RecordedCall, "status" | "answer" | "error">): void;
  crash(error: unknown): Error;
  changed(what: string, id: string): void;
  subscribe(listener: (change: Change) => void): () => void;
  /** Resolves with the first truthy value of `condition`, looking now and after every change; rejects after `timeoutMs`. */
  waitFor<T>(condition: () => T, timeoutMs?: number): Promise<NonNullable<T>>;
}

export function createJournal(now: () => number): Journal {
  const calls: RecordedCall[] = [];
  const crashes: Error[] = [];
  const listeners = new Set<(change: Change) => void>();
  const notify = (change: Change): void => {
    for (const listener of [...listeners]) listener(change);
  };
  const subscribe = (listener: (change: Change) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    calls,
    crashes,
    subscribe,
    open({ kind, method, args }) {
      const call: RecordedCall = { kind, method, args, at: now(), status: "pending" };
      calls.push(call);
      notify({ kind: "call", call });
      return call;
    },
    settle(call, outcome) {
      Object.assign(call, outcome);
      notify({ kind: "call", call });
    },
    crash(thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      crashes.push(error);
      return error;
    },
    changed: (what, id) => notify({ kind: "state", what, id }),
    waitFor<T>(condition: () => T, timeoutMs = 20_000) {
      return new Promise<NonNullable<T>>((resolve, reject) => {
        let unsubscribe = (): void => undefined;
        const timer = setTimeout(() => {
          unsubscribe();
          reject(new Error(`Condition not met within ${timeoutMs} ms: ${String(condition)}`));
        }, timeoutMs);
        const look = (): void => {
          try {
            const value = condition();
            if (!value) return;
            resolve(value);
          } catch (error) {
            reject(error);
          }
          clearTimeout(timer);
          unsubscribe();
        };
        unsubscribe = subscribe(look);
        look();
      });
    },
  };
}
