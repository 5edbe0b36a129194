import type { Credentials } from "./credentials.ts";
import {
  type DeliveryOutcome,
  type HttpAttempt,
  type Payload,
  sendToApp,
} from "./http-delivery.ts";
import type { Journal } from "./journal.ts";
import type { EnvelopeType, SocketMode } from "./socket-mode.ts";

export interface DeliveryOptions {
  /** Multiplies the waits before a retry (0, 1 and 5 minutes); 0.001 makes them 0, 60 and 300 ms. Default 1. */
  readonly retryScale?: number;
  /** How long the app may take over HTTP, and over a socket for interactions. Default 3,000 ms, as Slack. */
  readonly ackTimeoutMs?: number;
  /** After how long an event that was not acknowledged comes again over a socket. Default 4,000 ms, as observed of Slack. */
  readonly socketRetryMs?: number;
}

/** One thing to deliver, ready for both roads. */
export interface Parcel {
  readonly type: EnvelopeType;
  /** For the journal, such as `event:message`. */
  readonly label: string;
  /** What goes over the socket; also what the journal shows. */
  readonly payload: Record<string, unknown>;
  readonly eventId?: string;
}

export interface Delivery {
  /** Sends with retries (events) or once (interactions and commands). Never rejects. */
  send(parcel: Parcel): Promise<DeliveryOutcome>;
  /** Sends exactly once, marked as a retry. */
  sendAgain(parcel: Parcel, retry: { attempt: number; reason: string }): Promise<DeliveryOutcome>;
  /** From now on deliver over HTTP to this address. */
  useHttp(url: string): void;
  /** From now on deliver over sockets, as Slack does once Socket Mode is on. */
  useSocket(): void;
  close(): void;
}

/** Slack's waits before the second, third and fourth try, ms. Source: docs.slack.dev/apis/events-api. */
const RETRY_WAITS_MS = [0, 60_000, 300_000];

export function createDelivery(
  journal: Journal,
  socketMode: SocketMode,
  credentials: Pick<Credentials, "signingSecret">,
  { retryScale = 1, ackTimeoutMs = 3_000, socketRetryMs = 4_000 }: DeliveryOptions,
): Delivery {
  const closing = new AbortController();
  let road: { kind: "http"; url: string } | { kind: "socket" } | undefined;

  type Attempt = HttpAttempt & { sent: boolean; via: "http" | "socket" };

  const attempt = async (
    parcel: Parcel,
    retry?: { attempt: number; reason: string },
  ): Promise<Attempt | undefined> => {
    if (!road) return undefined;
    if (road.kind === "socket") {
      const timeoutMs = parcel.type === "events_api" ? socketRetryMs : ackTimeoutMs;
      const answer = await socketMode.send(parcel.type, parcel.payload, {
        timeoutMs,
        ...(retry && { retry: { attempt: retry.attempt, reason: "timeout" } }),
      });
      const body = emptyToUndefined(answer.payload);
      return { ok: answer.acked, sent: answer.sent, via: "socket", body };
    }
    const result = await sendToApp({
      url: road.url,
      signingSecret: credentials.signingSecret,
      payload: toHttp(parcel),
      timeoutMs: ackTimeoutMs,
      signal: closing.signal,
      headers: retry
        ? { "x-slack-retry-num": String(retry.attempt), "x-slack-retry-reason": retry.reason }
        : {},
    });
    return { ...result, sent: true, via: "http" };
  };

  const run = async (parcel: Parcel, retries: number): Promise<DeliveryOutcome> => {
    const eventId = parcel.eventId === undefined ? {} : { eventId: parcel.eventId };
    let attempts = 0;
    let lastReason = "";
    for (let tries = 0; ; tries++) {
      const retry = tries > 0 ? { attempt: tries, reason: lastReason } : undefined;
      const result = await attempt(parcel, retry);
      if (result?.sent) attempts += 1;
      if (!result || (!result.sent && tries === 0))
        return { status: "missed", attempts, ...eventId };
      const facts = {
        attempts,
        via: result.via,
        ...eventId,
        ...(result.httpStatus !== undefined && { httpStatus: result.httpStatus }),
        ...(result.body !== undefined && { body: result.body }),
      };
      if (result.ok) return { status: "delivered", ...facts };
      if (closing.signal.aborted) return { status: "abandoned", ...facts };
      if (tries >= retries || result.noRetry) return { status: "failed", ...facts };
      lastReason = result.reason ?? "unknown_error";
      await pause((RETRY_WAITS_MS[tries] ?? 0) * retryScale, closing.signal);
      if (closing.signal.aborted) return { status: "abandoned", ...facts };
    }
  };

  const recorded = async (
    parcel: Parcel,
    work: () => Promise<DeliveryOutcome>,
  ): Promise<DeliveryOutcome> => {
    const call = journal.open({ kind: "delivery", method: parcel.label, args: parcel.payload });
    const outcome = await work();
    journal.settle(call, {
      status: outcome.httpStatus ?? (outcome.status === "delivered" ? 200 : "cut"),
      answer: outcome,
      ...(outcome.status !== "delivered" && { error: outcome.status }),
    });
    return outcome;
  };

  return {
    send: (parcel) =>
      recorded(parcel, () => run(parcel, parcel.type === "events_api" ? RETRY_WAITS_MS.length : 0)),
    sendAgain: (parcel, retry) =>
      recorded(parcel, async () => {
        const result = await attempt(parcel, retry);
        if (!result?.sent) return { status: "missed", attempts: 0 };
        return { status: result.ok ? "delivered" : "failed", via: result.via, attempts: 1 };
      }),
    useHttp(url) {
      road = { kind: "http", url };
    },
    useSocket() {
      road = { kind: "socket" };
    },
    close: () => closing.abort(),
  };
}

/** Over HTTP events are JSON, interactions JSON inside a form field, commands plain form fields. */
function toHttp({ type, payload }: Parcel): Payload {
  if (type === "events_api") return { json: payload };
  if (type === "interactive") return { form: { payload: JSON.stringify(payload) } };
  return {
    form: Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, String(value)])),
  };
}

/** The socket client acknowledges with `{}` when the app has nothing to say. */
function emptyToUndefined(payload: unknown): unknown {
  const empty =
    typeof payload === "object" && payload !== null && Object.keys(payload).length === 0;
  return empty ? undefined : payload;
}

/** Resolves after `ms` or at the abort, whichever is first. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
