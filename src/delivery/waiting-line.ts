export interface WaitOptions {
  /** `low`: goes behind everybody who is not. */
  readonly priority?: "low";
  readonly signal?: AbortSignal;
}

/** Who waits for a turn. */
interface Waiter {
  readonly isLow: boolean;
  /** When it came, by the clock of the line. */
  readonly since: number;
}

/** Those who wait for the same thing: first come first served, but whoever is of low priority goes behind all others. */
export interface WaitingLine {
  readonly size: number;
  /** Resolves when its turn has come. Rejects with the signal's reason if that is aborted first. */
  join(options?: WaitOptions): Promise<void>;
  /** Lets the first through. False: nobody waits. */
  letThrough(): boolean;
  /** Those who wait, in their order, from the one at `start` up to the one before `end`. */
  slice(start: number, end: number): readonly Waiter[];
  /** Sends all of them away. */
  rejectAll(reason: unknown): void;
}

interface Place extends Waiter {
  go(): void;
  turnAway(reason: unknown): void;
}

/** `onLeave` is called when somebody has left before the turn came. */
export function createWaitingLine(now: () => number, onLeave = () => {}): WaitingLine {
  const normal: Place[] = [];
  const low: Place[] = [];
  const takeFirst = () => normal.shift() ?? low.shift();

  return {
    get size() {
      return normal.length + low.length;
    },
    join({ priority, signal } = {}) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const isLow = priority === "low";
        const line = isLow ? low : normal;
        const place: Place = {
          isLow,
          since: now(),
          go() {
            signal?.removeEventListener("abort", leave);
            resolve();
          },
          turnAway(reason) {
            signal?.removeEventListener("abort", leave);
            reject(reason as Error);
          },
        };
        const leave = () => {
          line.splice(line.indexOf(place), 1);
          reject(signal?.reason as Error);
          onLeave();
        };
        signal?.addEventListener("abort", leave, { once: true });
        line.push(place);
      });
    },
    letThrough() {
      const first = takeFirst();
      first?.go();
      return first !== undefined;
    },
    slice(start, end) {
      return [...normal.slice(start, end), ...low.slice(Math.max(0, start - normal.length))].slice(
        0,
        end - start,
      );
    },
    rejectAll(reason) {
      for (let place = takeFirst(); place; place = takeFirst()) place.turnAway(reason);
    },
  };
}
