import { z } from "zod";
import {
  NetworkError,
  ParleyAccessError,
  ParleyApiError,
  RateLimitedError,
  UncertainDeliveryError,
} from "../errors.ts";
import { isDeeperThan, type Json, MAX_DEPTH, parseJson } from "../json.ts";
import { parseRetryAfter } from "../parse-retry-after.ts";
import { meaningOf } from "./http-status.ts";

const envelope = z.looseObject({
  status: z.string().toUpperCase(),
  notifications: z
    .array(z.looseObject({ type: z.string().optional(), message: z.string().optional() }))
    .optional()
    .catch(undefined),
});

/** The form of Parley's codes. Anything else may be foreign text, and is never repeated. */
const CODE = /^[a-z]\w{0,63}$/i;

const INVALID_CREDENTIALS = "api_key_not_valid";

export interface ParleyAnswer {
  status: number;
  /** Empty also if it was too long to read. */
  body: string;
  retryAfter?: string;
}

export interface Reading {
  /** Doing the call twice is the same as doing it once, so it never ends as uncertain. */
  idempotent: boolean;
  /** A 2xx without Parley's envelope is a success, unless it is a web page. */
  needsNoEnvelope?: boolean;
}

/**
 * The `data` of Parley's answer. A call has succeeded only if HTTP says 2xx and the body is Parley's envelope with `status`
 * SUCCESS: a proxy on the way may also answer 200, with something else.
 *
 * @throws {RateLimitedError} 429
 * @throws {ParleyAccessError} our credentials are refused
 * @throws {ParleyApiError} any other refusal, with Parley's notification codes
 * @throws {UncertainDeliveryError} the call may have been done, and must not be repeated
 * @throws {NetworkError} the call may have been done, and may be repeated
 */
export function readEnvelope(
  call: string,
  answer: ParleyAnswer,
  { idempotent, needsNoEnvelope = false }: Reading,
): Json | undefined {
  const { status, body } = answer;
  const json = readBody(body);
  const parsed = envelope.safeParse(json).data;
  const isOwnError = parsed?.status === "ERROR";
  const codes = (parsed?.notifications ?? [])
    .filter(({ type }) => type !== "success")
    .flatMap(({ message }) => (message !== undefined && CODE.test(message) ? [message] : []));
  if (status === 429) {
    throw new RateLimitedError(`${call}: HTTP 429`, parseRetryAfter(answer.retryAfter));
  }
  if (status === 401 || (isOwnError && codes.includes(INVALID_CREDENTIALS))) {
    throw new ParleyAccessError(call, status, codes);
  }
  const unclear = (what: string) =>
    idempotent
      ? new NetworkError(`${call}: ${what}`)
      : new UncertainDeliveryError(`${call}: ${what}`);
  if (status >= 200 && status < 300) {
    if (isOwnError) throw new ParleyApiError(call, status, codes);
    if (parsed?.status === "SUCCESS") return (json as { data?: Json }).data;
    if (needsNoEnvelope && !/^\s*</.test(body)) return undefined;
    throw unclear(`HTTP ${status} without Parley's envelope`);
  }
  const meaning = meaningOf(status, { body, own: parsed?.status });
  if (meaning === "perhaps" && !idempotent) throw unclear(`HTTP ${status}`);
  const disposition = meaning === "refused" ? "dead-letter" : "retry";
  throw new ParleyApiError(call, status, codes, disposition);
}

/** The body as JSON; `undefined` if it is none, or nested deeper than anything that Parley sends. */
function readBody(body: string): Json | undefined {
  const json = parseJson(body);
  return json === undefined || isDeeperThan(json, MAX_DEPTH) ? undefined : json;
}
