import { setTimeout as delay } from "node:timers/promises";
import type { CallbackAttempt, Journal, RecordedCallback } from "./journal.ts";
import type { ParleySettings } from "./options.ts";
import type { ParleyService } from "./state.ts";

export interface CallbackOutcome {
  /** A try was answered 200. */
  readonly delivered: boolean;
  readonly callback: RecordedCallback;
}

export interface HeldCallbacks {
  /** What waits, in the order in which it was due. */
  readonly callbacks: readonly RecordedCallback[];
  /**
   * Sends what waits, each after the first try of the one before, and ends the holding. `order` gives positions in
   * {@link HeldCallbacks.callbacks}, `reversed` or nothing for the due order; those that it leaves out follow.
   */
  release(order?: readonly number[] | "reversed"): Promise<void>;
}

export interface SendOptions {
  /** Callbacks about one User to one Service are first tried one after another. */
  readonly userId?: string;
  /** Default true; typing events are tried once. */
  readonly retries?: boolean;
}

export interface Callbacks {
  /** Never rejects; `outcome` settles after the last try. */
  send(service: ParleyService, body: unknown, options?: SendOptions): Promise<CallbackOutcome>;
  hold(): HeldCallbacks;
  /** Gives up what is pending. */
  close(): void;
}

/**
 * Sends callbacks as Parley does to its clients' push webhooks: only HTTP 200 counts, then two more tries.
 * Inferred: the rules of push webhooks hold for Services too.
 */
export function createCallbacks(settings: ParleySettings, journal: Journal): Callbacks {
  const closing = new AbortController();
  const lanes = new Map<string, Promise<unknown>>();
  let held: Delivery[] | null = null;

  const attempt = async ({ record, text }: Delivery, service: ParleyService) => {
    const { callbackUrl: to, callbackHeaders } = service;
    const startedAt = performance.now();
    const result = await postOnce(to, text, callbackHeaders, settings, closing.signal);
    const durationMs = Math.round(performance.now() - startedAt);
    record.attempts.push({ at: settings.now(), durationMs, ...result });
    record.to = to;
    record.status = result.status;
    if (result.status === 200) record.state = "delivered";
    journal.changed({ kind: "callback", callback: record });
  };

  const retry = async (delivery: Delivery, service: ParleyService) => {
    const { record } = delivery;
    for (const pauseMs of delivery.retries ? settings.retryDelaysMs : []) {
      if (record.state === "delivered") break;
      await delay(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) break;
      await attempt(delivery, service);
    }
    if (record.state !== "delivered") {
      record.state = "failed";
      journal.changed({ kind: "callback", callback: record });
    }
  };

  return {
    send: (service, body, { userId, retries = true } = {}) =>
      new Promise((resolve, reject) => {
        const text = JSON.stringify(body);
        const record: MutableCallback = {
          id: journal.callbacks.length,
          service: service.identification,
          userId: userId ?? null,
          to: service.callbackUrl,
          body: JSON.parse(text),
          attempts: [],
          status: null,
          state: held ? "held" : "pending",
          at: settings.now(),
        };
        const delivery: Delivery = {
          record,
          text,
          retries,
          async start() {
            record.state = "pending";
            await attempt(delivery, service);
            retry(delivery, service)
              .then(() => resolve({ delivered: record.state === "delivered", callback: record }))
              .catch(reject);
          },
        };
        journal.callbacks.push(record);
        journal.changed({ kind: "callback", callback: record });
        if (held) {
          held.push(delivery);
          return;
        }
        const lane = userId === undefined ? `#${record.id}` : `${record.service} ${userId}`;
        const first = (lanes.get(lane) ?? Promise.resolve()).then(() => delivery.start());
        lanes.set(lane, first);
        first.catch(reject).finally(() => {
          if (lanes.get(lane) === first) lanes.delete(lane);
        });
      }),
    hold() {
      if (held) throw new Error("Callbacks are already held");
      const waiting: Delivery[] = [];
      held = waiting;
      return {
        get callbacks() {
          return waiting.map(({ record }) => record);
        },
        async release(order) {
          if (held === waiting) held = null;
          const due = waiting.splice(0);
          for (const delivery of inOrder(due, order)) await delivery.start();
        },
      };
    },
    close: () => closing.abort(),
  };
}

type MutableCallback = { -readonly [K in keyof RecordedCallback]: RecordedCallback[K] } & {
  attempts: CallbackAttempt[];
};

interface Delivery {
  readonly record: MutableCallback;
  readonly text: string;
  readonly retries: boolean;
  /** Resolves after the first try. */
  start(): Promise<void>;
}

function inOrder(due: readonly Delivery[], order: readonly number[] | "reversed" = []): Delivery[] {
  if (order === "reversed") return due.toReversed();
  const first = order.flatMap((position) => due[position] ?? []);
  return [...first, ...due.filter((delivery) => !first.includes(delivery))];
}

async function postOnce(
  to: string | null,
  text: string,
  headers: Readonly<Record<string, string>>,
  settings: ParleySettings,
  closing: AbortSignal,
): Promise<{ status: number | null; error: string | null }> {
  if (to === null) return { status: null, error: "no callback URL is registered" };
  try {
    const response = await fetch(to, {
      method: "POST",
      headers: { "content-type": "application/json", connection: "close", ...headers },
      body: text,
      redirect: "manual",
      signal: AbortSignal.any([closing, AbortSignal.timeout(settings.callbackTimeoutMs)]),
    });
    await response.arrayBuffer();
    return { status: response.status, error: null };
  } catch (error) {
    return { status: null, error: describe(error) };
  }
}

/** `fetch` hides the reason in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
