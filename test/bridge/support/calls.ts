import type { BridgeError } from "../../../src/errors.ts";

/** A process of the bridge: once it has died nothing that it does has an effect. */
export interface Process {
  isAlive: boolean;
}

/**
 * When a process dies at a call: before or after it took effect, or right after it was made, and then nothing is on disk of
 * what was not synced yet.
 */
export type Death = "before" | "after" | "unsynced";

interface When {
  /** It took effect all the same: only the answer is lost. */
  after?: boolean;
  /** How often; for ever if missing. */
  times?: number;
  /** How many go well first. */
  skip?: number;
}

interface Trouble extends Required<When> {
  call: string;
  outcome: () => Promise<void>;
}

/** The calls between the bridge and the world, and what goes wrong with them. A call has a name such as `posts.post`. */
export interface Calls {
  /** Every call so far, in order. */
  readonly made: readonly string[];
  /** The port as a process sees it. */
  wire<Port extends object>(name: string, port: Port, process: Process): Port;
  /** The next call of this name fails, once unless told otherwise. */
  fail(call: string, error: BridgeError, when?: When): void;
  /** The next call of this name hangs until the returned function is called. */
  hang(call: string, when?: Pick<When, "after" | "skip">): () => void;
  /** The process dies at this call, counted from now; the next one may die as well. */
  dieAt(step: number, when: Death): void;
  /** Nothing goes wrong any more. */
  heal(): void;
}

/** What leaves the machine. */
const REQUESTS = /^(posts\.(post|find|updateRoot|tell)|(parley|parleyFiles|slackFiles)\.\w+)$/;

/**
 * `loseUnsynced`: nothing is on disk any more of what was not synced. `travel`: an answer of the other side takes so long,
 * what was asked for has been done before.
 */
export function createCalls(loseUnsynced: () => void, travel?: () => Promise<void>): Calls {
  const made: string[] = [];
  let troubles: Trouble[] = [];
  let deaths: { step: number; when: Death }[] = [];

  function troubleWith(call: string): Trouble | undefined {
    for (const trouble of troubles) {
      if (trouble.call !== call) continue;
      if (trouble.skip > 0) {
        trouble.skip -= 1;
        continue;
      }
      trouble.times -= 1;
      if (trouble.times <= 0) troubles = troubles.filter((each) => each !== trouble);
      return trouble;
    }
    return undefined;
  }

  const isRefused = (call: string): boolean =>
    troubles.some((trouble) => trouble.call === call && trouble.skip === 0 && !trouble.after);

  function add(call: string, outcome: Trouble["outcome"], when: When): void {
    const { after = false, times = 1, skip = 0 } = when;
    troubles.push({ call, outcome, after, times, skip });
  }

  async function answer(
    result: unknown,
    trouble: Trouble | undefined,
    process: Process,
    isLast: boolean,
    isRequest: boolean,
  ): Promise<unknown> {
    try {
      if (isRequest) await Promise.all([Promise.allSettled([result]), travel?.()]);
      const value = await result;
      if (isLast) process.isAlive = false;
      if (trouble?.after) await trouble.outcome();
      return process.isAlive ? value : await never();
    } catch (error) {
      if (!process.isAlive) return await never();
      throw error;
    }
  }

  return {
    made,
    wire: (name, port, process) =>
      new Proxy(port, {
        get(target, key) {
          const member: unknown = Reflect.get(target, key);
          if (typeof member !== "function") return member;
          const call = `${name}.${String(key)}`;
          return (...args: readonly unknown[]): unknown => {
            if (!process.isAlive) return never();
            const step = made.push(call) - 1;
            const death = deaths.find((each) => each.step === step);
            if (death?.when === "before") {
              process.isAlive = false;
              return never();
            }
            const carryOut = (): unknown => Reflect.apply(member, target, args);
            if (death?.when === "unsynced") {
              // Nobody hears what became of it. What is to go wrong with it is left for the next process.
              if (!isRefused(call)) Promise.resolve(carryOut()).catch(() => {});
              process.isAlive = false;
              loseUnsynced();
              return never();
            }
            const trouble = troubleWith(call);
            const isLast = death !== undefined;
            const isRequest = travel !== undefined && REQUESTS.test(call);
            if (trouble && !trouble.after) {
              const late = trouble.outcome().then(carryOut);
              return answer(late, undefined, process, isLast, isRequest);
            }
            const result = carryOut();
            if (result instanceof Promise) {
              return answer(result, trouble, process, isLast, isRequest);
            }
            if (isLast) process.isAlive = false;
            return result;
          };
        },
      }),
    fail(call, error, when = {}) {
      add(call, () => Promise.reject(error), when);
    },
    hang(call, when = {}) {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      add(call, () => released, when);
      return release;
    },
    dieAt(step, when) {
      deaths.push({ step: made.length + step, when });
    },
    heal() {
      troubles = [];
      deaths = [];
    },
  };
}

const never = (): Promise<never> => new Promise(() => {});
