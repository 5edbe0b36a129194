import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRequestError } from "@slack/web-api";
import {
  BridgeError,
  DefectError,
  type Disposition,
  NetworkError,
  RateLimitedError,
  SlackApiError,
  UncertainDeliveryError,
} from "../errors.ts";
import { parseRetryAfter } from "../parse-retry-after.ts";
import { type Observation, observe } from "./observed-request.ts";
import { faultOf } from "./refusals.ts";
import { createSlackFetch, NO_HOOKS, type SlackFetchHooks } from "./slack-fetch.ts";

/**
 * Options for every WebClient of the bridge, also those of Bolt and of Socket Mode: the lanes decide about repeats and
 * pauses, not the client.
 */
export const webClientOptions = (apiUrl: string, hooks: Partial<SlackFetchHooks> = {}) => ({
  slackApiUrl: apiUrl,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: 10_000,
  fetch: createSlackFetch(apiUrl, { ...NO_HOOKS, ...hooks }),
  // No queue inside the client, because `observe` would mistake one call for another. Our rate limiters limit the calls.
  maxRequestConcurrency: Number.POSITIVE_INFINITY,
});

/** Errors after which part of the work may have been done. Source: docs.slack.dev/reference/methods/chat.postMessage. */
const HALF_DONE = new Set([
  "fatal_error",
  "internal_error",
  "request_timeout",
  "service_unavailable",
]);
const RATE_LIMITED = new Set(["ratelimited", "rate_limited", "message_limit_exceeded"]);

export type SlackClientOptions = ReturnType<typeof webClientOptions>;

export interface CallOptions {
  /** Doing the call twice is the same as doing it once, so it never ends as uncertain. */
  idempotent?: boolean;
}

/**
 * Calls a method of the Web API, and translates whatever it throws.
 *
 * @throws {NetworkError} Slack did not get it · {UncertainDeliveryError} Slack may have it · {RateLimitedError} ·
 * {SlackApiError} Slack refuses it: `fatal` where somebody can repair that, else `dead-letter` · {DefectError} our own
 * fault, and nothing was sent
 */
export async function callSlack<Result>(
  method: string,
  call: () => Promise<Result>,
  { idempotent = false }: CallOptions = {},
): Promise<Result> {
  const observation: Observation = { sent: false };
  try {
    return await observe(observation, call);
  } catch (error) {
    throw translate(method, error, idempotent, observation);
  }
}

/** Whoever may not act any more is told so; anything else is a fault of our own. */
const notSent = (error: unknown): BridgeError =>
  error instanceof WebAPIRequestError && error.original instanceof BridgeError
    ? error.original
    : new DefectError(error);

function translate(
  method: string,
  error: unknown,
  idempotent: boolean,
  { sent, retryAfter }: Observation,
): Error {
  if (!sent) return notSent(error);
  const unclear = (what: string) =>
    idempotent
      ? new NetworkError(`${method}: ${what}`, { cause: error })
      : new UncertainDeliveryError(`${method}: ${what}`, { cause: error });

  // The client understands only seconds, so the header is parsed here.
  if (retryAfter !== undefined) {
    const waitMs = parseRetryAfter(retryAfter);
    return new RateLimitedError(`${method}: rate limited`, waitMs, { cause: error });
  }
  if (error instanceof WebAPIPlatformError) {
    const { error: code, needed } = error.data as { error: string; needed?: string };
    if (RATE_LIMITED.has(code))
      return new RateLimitedError(`${method}: ${code}`, parseRetryAfter(undefined));
    if (HALF_DONE.has(code)) return unclear(code);
    const disposition: Disposition = faultOf(code) ? "fatal" : "dead-letter";
    return new SlackApiError(method, code, disposition, needed);
  }
  if (error instanceof WebAPIHTTPError) {
    const { statusCode } = error;
    return REFUSED.test(String(statusCode))
      ? new SlackApiError(method, `http_${statusCode}`, "fatal")
      : unclear(`HTTP ${statusCode}`);
  }
  if (error instanceof WebAPIRequestError) {
    const code = networkCode(error);
    return code && NEVER_SENT.has(code)
      ? new NetworkError(`${method}: ${code}`, { cause: error })
      : unclear(code ?? "no answer");
  }
  // Most likely the answer broke off while it was read.
  return unclear(error instanceof Error ? error.name : "no answer");
}

/** Except 408 and 499: there a proxy gave up waiting, perhaps after the work was done. */
const REFUSED = /^4(?!08|99)/;

const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** `fetch` wraps the network's own error, sometimes twice. */
function networkCode(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code } = current as Error & { code?: unknown };
    if (typeof code === "string" && !code.startsWith("slack_")) return code;
    if (current instanceof AggregateError) return networkCode(current.errors[0]);
  }
  return undefined;
}
