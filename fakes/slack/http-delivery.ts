import { createHmac } from "node:crypto";

/** What became of something that the fake sent to the app. */
export interface DeliveryOutcome {
  /**
   * `delivered`: acknowledged in time. `failed`: sent, but never acknowledged in time. `missed`: no connection and no
   * address to send it to. `dropped`: lost on purpose. `abandoned`: the fake was closed before the end.
   */
  readonly status: "delivered" | "failed" | "missed" | "dropped" | "abandoned";
  readonly via?: "http" | "socket";
  /** How often it was sent. */
  readonly attempts: number;
  readonly eventId?: string;
  /** Status of the last answer over HTTP. */
  readonly httpStatus?: number;
  /** The acknowledgement's body: JSON if it is JSON, otherwise text. */
  readonly body?: unknown;
}

export interface HttpAttempt {
  readonly ok: boolean;
  readonly httpStatus?: number;
  readonly body?: unknown;
  /** As in `x-slack-retry-reason`. */
  readonly reason?: "http_timeout" | "connection_failed" | "http_error" | "too_many_redirects";
  /** The app answered `x-slack-no-retry: 1`. */
  readonly noRetry?: boolean;
}

export type Payload = { readonly json: object } | { readonly form: Record<string, string> };

/** Sends one signed request as Slack does and waits `timeoutMs` for the answer. Never throws. */
export async function sendToApp(request: {
  readonly url: string;
  readonly signingSecret: string;
  readonly payload: Payload;
  readonly headers?: Record<string, string>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): Promise<HttpAttempt> {
  const { payload } = request;
  const body =
    "json" in payload ? JSON.stringify(payload.json) : new URLSearchParams(payload.form).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  try {
    const response = await fetch(request.url, {
      method: "POST",
      body,
      redirect: "manual",
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(request.timeoutMs)]),
      headers: {
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        // Exactly this, without a charset: Bolt parses nothing else.
        "content-type":
          "json" in payload ? "application/json" : "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": sign(request.signingSecret, timestamp, body),
        ...request.headers,
      },
    });
    const text = await response.text();
    return {
      ok: response.ok,
      httpStatus: response.status,
      body: parseAnswer(text),
      noRetry: response.headers.get("x-slack-no-retry") === "1",
      ...(!response.ok && { reason: "http_error" as const }),
    };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    return { ok: false, reason: timedOut ? "http_timeout" : "connection_failed" };
  }
}

/** `v0=` and the hex HMAC-SHA256 of `v0:timestamp:body`. */
export function sign(signingSecret: string, timestamp: string, body: string): string {
  const digest = createHmac("sha256", signingSecret)
    .update(`v0:${timestamp}:${body}`)
    .digest("hex");
  return `v0=${digest}`;
}

function parseAnswer(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
