import type { BotExchange } from "./bot-exchange.ts";
import type { ParleyMessage } from "./message.ts";

export interface RecordedRequest {
  readonly api: "service" | "client" | "none";
  readonly method: string;
  /** Service API: without its root, `/users/20/owner`. Others: the whole path, `/clientApi/v1.9/messages`. */
  readonly path: string;
  /** The Service that signed the request. */
  service: string | null;
  /** The Service that the Authorization string names, checked or not. */
  readonly claimedService: string | null;
  /** Parsed JSON, else text; of an upload only its size. */
  readonly body: unknown;
  /** Null while pending, and for ever when the connection was cut or the answer withheld. */
  status: number | null;
  /** The connection ended without an answer. */
  isCut: boolean;
  answer: unknown;
  readonly at: number;
}

export interface CallbackAttempt {
  /** When it ended. */
  readonly at: number;
  readonly durationMs: number;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly error: string | null;
}

/** One callback with all its tries. */
export interface RecordedCallback {
  readonly id: number;
  readonly service: string;
  readonly userId: string | null;
  readonly to: string | null;
  readonly body: unknown;
  readonly attempts: readonly CallbackAttempt[];
  /** Of the last try. */
  readonly status: number | null;
  readonly state: "held" | "pending" | "delivered" | "failed";
  readonly at: number;
}

/** What a listener is told; the fake's state already shows it. */
type ParleyChange =
  | { readonly kind: "request"; readonly request: RecordedRequest }
  | { readonly kind: "callback"; readonly callback: RecordedCallback }
  | { readonly kind: "message"; readonly userId: string; readonly message: ParleyMessage }
  | { readonly kind: "owner"; readonly userId: string; readonly owner: string }
  | { readonly kind: "agent" | "user" | "status"; readonly userId: string }
  | { readonly kind: "typing"; readonly userId: string; readonly by: "user" | "agent" }
  | { readonly kind: "merge"; readonly from: string; readonly to: string }
  | { readonly kind: "service" | "media"; readonly id: string }
  | { readonly kind: "bot"; readonly exchange: BotExchange }
  | { readonly kind: "failure"; readonly error: Error };

export interface Journal {
  readonly requests: RecordedRequest[];
  readonly callbacks: RecordedCallback[];
  /** Defects of the fake itself, or of a listener; a test should find none. */
  readonly failures: Error[];
  readonly changed: (change: ParleyChange) => void;
  /** Keeps a defect, so that it is not only an answer 500 to somebody else. */
  readonly failed: (error: unknown) => void;
  readonly subscribe: (listener: (change: ParleyChange) => void) => () => void;
  /** Resolves with the first truthy value of `probe`, tried now and after each change. */
  readonly until: <T>(
    probe: () => T | undefined | null | false,
    options?: { readonly timeoutMs?: number; readonly what?: string },
  ) => Promise<T>;
}

export function createJournal(): Journal {
  const listeners = new Set<(change: ParleyChange) => void>();
  const journal: Journal = {
    requests: [],
    callbacks: [],
    failures: [],
    changed(change) {
      for (const listener of [...listeners]) {
        try {
          listener(change);
        } catch (error) {
          journal.failures.push(toFailure(error));
        }
      }
    },
    failed(cause) {
      const error = toFailure(cause);
      journal.failures.push(error);
      journal.changed({ kind: "failure", error });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    until: (probe, { timeoutMs = 20_000, what = "the awaited condition" } = {}) =>
      new Promise((resolve, reject) => {
        const finish = (settle: () => void) => {
          clearTimeout(timer);
          unsubscribe();
          settle();
        };
        const check = () => {
          try {
            const value = probe();
            if (value) finish(() => resolve(value));
          } catch (error) {
            finish(() => reject(toFailure(error)));
          }
        };
        const timer = setTimeout(() => {
          finish(() => reject(new Error(`Not within ${timeoutMs} ms: ${what}`)));
        }, timeoutMs);
        const unsubscribe = journal.subscribe(check);
        check();
      }),
  };
  return journal;
}

function toFailure(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
