import { RequestError, TimeoutError } from "got";
import { DefectError, NetworkError, UncertainDeliveryError } from "../errors.ts";

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
 * Translates what got throws. `idempotent`: doing the call twice is the same as doing it once.
 * The error's own text is left out because it can hold the address with its query; `cause` keeps it for debugging.
 */
export function toCallError(name: string, error: unknown, idempotent: boolean): Error {
  // Without timings got did not even make a request, so the defect is ours.
  if (!(error instanceof RequestError) || error.timings === undefined) {
    return new DefectError(error instanceof RequestError ? error.cause : error);
  }
  const what = error instanceof TimeoutError ? `no answer (${error.event})` : error.code;
  const neverSent =
    error instanceof TimeoutError
      ? NEVER_SENT_PHASES.has(error.event)
      : NEVER_SENT_CODES.has(error.code) || isTlsError(error.code);
  return neverSent || idempotent
    ? new NetworkError(`${name}: ${what}`, { cause: error })
    : new UncertainDeliveryError(`${name}: ${what}`, { cause: error });
}

/** The handshake failed, so nothing of the request was sent. */
const isTlsError = (code: string): boolean =>
  /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/.test(code);
