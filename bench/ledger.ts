/** Messages by the token in their text, and when each left us and arrived. Times are of `performance.now()`. */
export interface Ledger {
  /** The text of a new message; its number counts from 0. */
  issue(): { readonly number: number; readonly text: string };
  sent(number: number): void;
  /** Reads the tokens of a request that an upstream has accepted from this process. */
  arrived(request: string, caller: string): void;
  /** The first arrival of a message. */
  arrivalOf(number: number): Arrival | undefined;
  /** How many arrived at least once. */
  readonly arrivals: number;
  readonly issued: number;
  /** Tells what has become of the messages that are issued from now on. */
  watchLosses(): () => Losses;
  /** Numbers from `from` on, as `[sent, arrived]`; those that did not arrive are left out. */
  journeys(from: number): readonly (readonly [number, number])[];
}

interface Arrival {
  readonly at: number;
  /** The process whose request it was. */
  readonly caller: string;
}

export interface Losses {
  /** Those that have not arrived. */
  readonly lost: number;
  /** Arrivals beyond the first of each message. */
  readonly doubled: number;
}

export function createLedger(): Ledger {
  const sentAt: number[] = [];
  const arrived: (Arrival | undefined)[] = [];
  let issued = 0;
  let arrivals = 0;
  let doubled = 0;

  function journeys(from: number): (readonly [number, number])[] {
    return sentAt.slice(from).flatMap((sent, index) => {
      const arrival = arrived[from + index];
      return arrival === undefined ? [] : [[sent, arrival.at] as const];
    });
  }

  return {
    issue() {
      const number = issued++;
      return { number, text: `Where is my parcel? tok${number}end` };
    },
    sent(number) {
      sentAt[number] = performance.now();
    },
    arrived(request, caller) {
      const at = performance.now();
      // A post holds its text twice, once in its blocks.
      for (const token of new Set(request.match(/tok\d+end/g))) {
        const number = Number(token.slice("tok".length, -"end".length));
        if (arrived[number] !== undefined) {
          doubled += 1;
          continue;
        }
        arrived[number] = { at, caller };
        arrivals += 1;
      }
    },
    arrivalOf: (number) => arrived[number],
    get arrivals() {
      return arrivals;
    },
    get issued() {
      return issued;
    },
    watchLosses() {
      const from = issued;
      const doubledBefore = doubled;
      return () => ({
        lost: issued - from - journeys(from).length,
        doubled: doubled - doubledBefore,
      });
    },
    journeys,
  };
}
