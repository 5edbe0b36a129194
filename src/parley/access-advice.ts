import type { ParleyAccessError } from "../errors.ts";

/** One sentence for whoever runs the bridge: what Parley refuses, and what to do. */
export function accessAdvice(error: ParleyAccessError): string {
  const { httpStatus, notificationCodes } = error;
  const [code = `HTTP ${httpStatus}`] = notificationCodes;
  if (httpStatus === 404) {
    return `Nothing at PARLEY_API_URL answers as Parley's Service API does (${code}); check its path, and whether Parley is in maintenance`;
  }
  if (httpStatus === 401 || error.isAboutCredentials) {
    return `Parley refuses our credentials (${code}); check PARLEY_SERVICE_IDENTIFICATION, PARLEY_ACCOUNT_IDENTIFICATION and PARLEY_SHARED_SECRET, and that this machine's clock is right`;
  }
  return `Parley, or a proxy in front of it, refuses all our requests (${code}); check PARLEY_API_URL and this machine's address with Parley support`;
}
