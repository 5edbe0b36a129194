import { createTurns } from "./turns.ts";

/** Work that is done again and again, for all replicas together: by one of them at a time, whichever that is. */
export interface Rounds {
  /**
   * Has rounds of this name run: one soon, as if it were requested, and one each time that `everyMs` have passed. Two of
   * the same name never run at once; those of other names do not wait for them. If the replica that runs one ends in the
   * middle of it, it counts as requested.
   */
  start(name: string, work: RoundWork): Round;
}

interface RoundWork {
  everyMs: number;
  /**
   * One round. May run twice at the same time for some moments where a replica was cut off, so what it does must be safe to
   * repeat. `signal` is aborted when it is to end: then nobody hears how it ended.
   */
  run(signal: AbortSignal): Promise<void>;
  /** A round failed. Another one runs at its time, or on request. */
  onError(thrown: unknown): void;
}

export interface Round {
  /** A round begins soon, on any replica. If one is under way another follows it. */
  request(): void;
  /** This replica begins no more of them. Ends the one that it runs, and resolves when that has ended. */
  stop(): Promise<void>;
}

/** Rounds of this process. */
export function createRounds(): Rounds {
  const inTurn = createTurns<string>();

  return {
    start(name, { everyMs, run, onError }) {
      const stopping = new AbortController();
      const { signal } = stopping;
      let isRequested = false;
      let underWay: Promise<void> | undefined;

      function request(): void {
        isRequested = true;
        begin();
      }

      function begin(): void {
        if (underWay || !isRequested || signal.aborted) return;
        const round = () => {
          isRequested = false;
          return run(signal);
        };
        underWay = inTurn(name, round, signal)
          .catch((thrown: unknown) => {
            if (!signal.aborted) onError(thrown);
          })
          .finally(() => {
            underWay = undefined;
            begin();
          });
      }

      const timer = setInterval(request, everyMs);
      request();
      return {
        request,
        async stop() {
          clearInterval(timer);
          stopping.abort(new Error("The bridge is stopping"));
          await underWay;
        },
      };
    },
  };
}
