import { Worker } from "node:worker_threads";
import type { Answer, Failure, Operation } from "./sqlite-operation.ts";

/** What the thread is asked to do; `database` tells apart the files that it has open. */
export type ThreadRequest = { readonly database: number } & (
  | { readonly open: { readonly path: string; readonly mayUpgrade: boolean } }
  | { readonly operations: readonly Operation[] }
  | { readonly close: true }
);

/** What it answers: one for each request, in their order for each file. */
export type ThreadAnswer = { readonly database: number } & (
  | { readonly version: number }
  | { readonly code: string; readonly message: string }
  | { readonly answers: readonly Answer[] }
  | { readonly closed: true }
);

/** One SQLite file that the thread has open. */
export interface ThreadDatabase {
  /** The version of the state that was found in it. */
  readonly version: number;
  /**
   * Runs operations in the order in which they were asked for. Those that are asked for at the same time share one
   * transaction; what they write is synced to disk when it resolves. Never rejects; if the thread ends, the answer is a failure.
   */
  run(operation: Operation): Promise<Answer>;
  /** Closes the file when everything that was asked for is done. */
  close(): Promise<void>;
}

/**
 * Opens a file in the one thread of this process for SQLite: waiting for a disk holds up nobody there but whoever waits for the
 * answer. `mayUpgrade`: one of an earlier version is brought up to this one.
 *
 * @throws {OpenError} it cannot be opened
 */
export async function openInThread(path: string, mayUpgrade: boolean): Promise<ThreadDatabase> {
  thread ??= startThread();
  const { send, free } = thread;
  const database = ++lastDatabase;
  let waiting: ((answer: Answer) => void)[] = [];
  let hasEnded = false;
  const closed = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<number>();
  let outgoing: Operation[] = [];

  function sendOperations(): void {
    if (outgoing.length > 0) send({ database, operations: outgoing });
    outgoing = [];
  }

  function receive(answer: ThreadAnswer): void {
    if ("answers" in answer) for (const each of answer.answers) waiting.shift()?.(each);
    else if ("version" in answer) opened.resolve(answer.version);
    else if ("code" in answer) opened.reject(new OpenError(answer.code, answer.message));
    else closed.resolve();
  }

  function end(): void {
    hasEnded = true;
    for (const resolve of waiting) resolve(GONE);
    waiting = [];
    opened.reject(new OpenError(GONE.code, GONE.message));
    closed.resolve();
  }

  thread.receivers.set(database, { receive, end });
  send({ database, open: { path, mayUpgrade } });
  const version = await opened.promise.catch((error: unknown) => {
    free(database);
    throw error;
  });
  return {
    version,
    run: (operation) =>
      new Promise((resolve) => {
        if (hasEnded) return resolve(GONE);
        waiting.push(resolve);
        outgoing.push(operation);
        if (outgoing.length > 1) return;
        // What is asked for together goes together: what one event leads to, with all promises that are settled by then, or, while
        // the thread has something to do anyway, all events of this turn of the event loop.
        if (waiting.length === 1) queueMicrotask(() => process.nextTick(sendOperations));
        else setImmediate(sendOperations);
      }),
    async close() {
      sendOperations();
      send({ database, close: true });
      await closed.promise;
      free(database);
    },
  };
}

const GONE: Failure = { code: "ERR_WORKER_NOT_RUNNING", message: "the thread has ended" };

/** What waits for the answers about one file. `end`: there will be none any more. */
interface Receiver {
  receive(answer: ThreadAnswer): void;
  end(): void;
}

interface Thread {
  readonly receivers: Map<number, Receiver>;
  send(request: ThreadRequest): void;
  /** The file is not open any more. Without one the thread does not keep the process alive. */
  free(database: number): void;
}

let thread: Thread | undefined;
let lastDatabase = 0;

function startThread(): Thread {
  // If it fails there is nobody who could store anything: its error ends the process, as any that nobody catches. All that
  // waits for it is answered, so that this end need not wait for ever.
  const worker = new Worker(new URL("./sqlite-worker.ts", import.meta.url));
  const receivers: Thread["receivers"] = new Map();
  worker.on("message", (answer: ThreadAnswer) => receivers.get(answer.database)?.receive(answer));
  worker.on("exit", () => {
    thread = undefined;
    for (const { end } of receivers.values()) end();
  });
  return {
    receivers,
    send(request) {
      worker.ref();
      worker.postMessage(request);
    },
    free(database) {
      receivers.delete(database);
      if (receivers.size === 0) worker.unref();
    },
  };
}

/** The file cannot be opened; `code` is that of SQLite. */
export class OpenError extends Error {
  override readonly name = "OpenError";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
