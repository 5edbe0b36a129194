import { codeOf, isOfServer, isOfStatement, isPassing } from "./postgres-fault.ts";
import type { Statement } from "./sql-value.ts";

/** Rows of one statement, or what went wrong with it. */
export type Answer = { readonly rows: readonly unknown[] } | { readonly error: unknown };

/** Sends statements in one go; they run one after the other, whatever becomes of each. Never rejects. */
export type Send = (statements: readonly Statement[]) => Promise<readonly Answer[]>;

/** What asks in the order of the calls, see {@link createBatches}. */
export interface Batches {
  ask(statement: Statement, isWrite: boolean): Promise<readonly unknown[]>;
  /** Resolves when everything that was asked for until now has been answered. */
  idle(): Promise<void>;
  readonly isIdle: boolean;
}

interface Operation extends PromiseWithResolvers<readonly unknown[]> {
  readonly statement: Statement;
  readonly isWrite: boolean;
}

/** So many that a batch stays far below the time that a session has for an answer. */
const LIMIT = 256;

/** A batch that others were in the way of is run so many times. */
const TRIES = 5;

/**
 * What is asked for while a batch is under way makes the next one. A batch in which something is written is one transaction, and
 * so one sync to disk: it waits for all of its locks first, each of them in the same order everywhere, so that batches cannot
 * wait for each other in a circle. A statement that fails is left out, and the batch runs again without it. When nothing can be
 * stored, whatever was to be written fails, and the rest is read.
 */
export function createBatches(
  send: Send,
  keyOf: (lock: string) => string,
  failureOf: (error: unknown) => Error,
): Batches {
  let waiting: Operation[] = [];
  let running: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    // What is asked for in the same turn of the event loop goes together.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const batch = waiting.slice(0, LIMIT);
      waiting = waiting.slice(LIMIT);
      await run(batch);
    }
    running = undefined;
  }

  async function run(batch: readonly Operation[]): Promise<void> {
    let rest = batch;
    for (let tries = 1; rest.length > 0; tries++) {
      const failed = await attempt(rest);
      if (!failed) return;
      const { error, operations } = failed;
      const code = codeOf(error);
      if (isPassing(code) && tries < TRIES) continue;
      const failure = failureOf(error);
      const culprits = new Set(culpritsOf(code, operations, rest));
      for (const { reject } of culprits) reject(failure);
      rest = rest.filter((operation) => !culprits.has(operation));
      tries = 0;
    }
  }

  /** Answers all of them, or none: then returns the first error, and those that it came from. */
  async function attempt(
    batch: readonly Operation[],
  ): Promise<{ error: unknown; operations: readonly Operation[] } | undefined> {
    const locks = locksOf(batch, keyOf);
    const isTransaction = batch.some(({ isWrite }) => isWrite) && batch.length + locks.length > 1;
    const before = isTransaction ? [BEGIN, ...locks.map(([key]) => lockStatement(key))] : [];
    const after = isTransaction ? [COMMIT] : [];
    const answers = await send([...before, ...batch.map(({ statement }) => statement), ...after]);
    const place = answers.findIndex((answer) => "error" in answer);
    const wrong = answers[place];
    if (wrong && "error" in wrong) {
      const own = batch[place - before.length];
      const [, owners] = (isTransaction && locks[place - 1]) || [];
      return { error: wrong.error, operations: own ? [own] : (owners ?? batch) };
    }
    for (const [at, { resolve }] of batch.entries()) {
      const answer = answers[at + before.length];
      resolve(answer && "rows" in answer ? answer.rows : []);
    }
    return undefined;
  }

  return {
    ask(statement, isWrite) {
      const operation = { statement, isWrite, ...Promise.withResolvers<readonly unknown[]>() };
      waiting.push(operation);
      running ??= runAll();
      return operation.promise;
    },
    async idle() {
      while (running) await running;
    },
    get isIdle() {
      return running === undefined;
    },
  };
}

function culpritsOf(
  code: string,
  operations: readonly Operation[],
  all: readonly Operation[],
): readonly Operation[] {
  if (!isOfStatement(code)) return all;
  if (!isOfServer(code)) return operations;
  const writes = all.filter(({ isWrite }) => isWrite);
  return writes.length > 0 ? writes : all;
}

/** Each key once, in the same order everywhere, with those who need it. */
function locksOf(
  batch: readonly Operation[],
  keyOf: (lock: string) => string,
): [key: string, owners: Operation[]][] {
  const owners = new Map<string, Operation[]>();
  for (const operation of batch) {
    for (const lock of operation.statement.locks ?? []) {
      const key = keyOf(lock);
      owners.set(key, [...(owners.get(key) ?? []), operation]);
    }
  }
  return [...owners].sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1));
}

const BEGIN: Statement = { sql: "BEGIN", values: [] };
const COMMIT: Statement = { sql: "COMMIT", values: [] };

const lockStatement = (key: string): Statement => ({
  sql: "SELECT pg_advisory_xact_lock($1)",
  values: [key],
});
