import { RequestError, TimeoutError } from "got";
import { DefectError, NetworkError, UncertainDeliveryError } from "../errors.ts";
import { RequestFailure } from "./request-json.ts";

const NEVER_SENT_PHASES = new Set(["lookup", "connect", "secureConnect"]);
const NEVER_SENT_CODES = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
]);

/**
 * Translates what {@link requestJson} throws, and what got does. `idempotent`: doing the call twice is the same as doing it
 * once. The error's own text is left out because it can hold the address with its query; `cause` keeps it for debugging.
 */
export function toCallError(name: string, error: unknown, idempotent: boolean): Error {
  const { what, neverSent } = readFailure(error);
  if (what === undefined)
    return new DefectError(error instanceof RequestError ? error.cause : error);
  return neverSent || idempotent
    ? new NetworkError(`${name}: ${what}`, { cause: error })
    : new UncertainDeliveryError(`${name}: ${what}`, { cause: error });
}

/** Without `what` there was not even a request, so the defect is ours. */
function readFailure(error: unknown): { what?: string; neverSent?: boolean } {
  if (error instanceof RequestFailure) {
    const { message, neverSent } = error;
    return { what: message, neverSent: neverSent || isNeverSent(message) };
  }
  // Without timings got did not even make a request.
  if (!(error instanceof RequestError) || error.timings === undefined) return {};
  if (error instanceof TimeoutError) {
    return { what: `no answer (${error.event})`, neverSent: NEVER_SENT_PHASES.has(error.event) };
  }
  return { what: error.code, neverSent: isNeverSent(error.code) };
}

const isNeverSent = (code: string): boolean => NEVER_SENT_CODES.has(code) || isTlsError(code);

/** The handshake failed, so nothing of the request was sent. */
const isTlsError = (code: string): boolean =>
  /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/.test(code);
