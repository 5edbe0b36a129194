import { type BridgeError, ParleyApiError } from "../errors.ts";
import type { Texts } from "./texts/en.ts";

/** A few words for what went wrong with Parley, for the middle of a sentence. Literal text. */
export function causeOf(error: BridgeError, { causes }: Texts): string {
  switch (error.code) {
    case "parley-api":
      if (!(error instanceof ParleyApiError)) return causes.refused;
      return (error.httpStatus >= 500 ? causes.trouble : causes.refusedWith)(parleysReason(error));
    case "network":
    case "rate-limited":
      return causes.unreachable;
    case "uncertain":
      return causes.unclear;
    case "not-owner":
      return causes.elsewhere;
    case "going-elsewhere":
      return causes.goingElsewhere;
    case "owner-unchanged":
      return causes.unchanged;
    default:
      // As the log has it.
      return error.message;
  }
}

/** In Parley's own words. */
export const parleysReason = ({ notificationCodes, httpStatus }: ParleyApiError): string =>
  notificationCodes.join(", ") || `HTTP ${httpStatus}`;
