import { createHmac } from "node:crypto";
import type { Secret } from "../config/secret.ts";

/** Short, so that a string that leaks is soon of no use; long enough for clocks that differ a little. */
const AUTHORIZATION_LIFE_SECONDS = 10 * 60;

/** Returns a function that gives the header value for a request: a new one each second. */
export function createAuthorizer(given: {
  serviceId: string;
  accountId: string;
  sharedSecret: Secret;
}): () => string {
  let made: { validUntilSeconds: number; value: string } | undefined;
  return () => {
    const validUntilSeconds = Math.floor(Date.now() / 1000) + AUTHORIZATION_LIFE_SECONDS;
    if (made?.validUntilSeconds !== validUntilSeconds) {
      const value = makeAuthorization({
        serviceIdentification: given.serviceId,
        accountIdentification: given.accountId,
        sharedSecret: given.sharedSecret.reveal(),
        validUntilSeconds,
      });
      made = { validUntilSeconds, value };
    }
    return made.value;
  };
}

/**
 * The value of Parley's `Authorization` header: base64 of `service|account|validUntil|hash`, without "Bearer".
 * `validUntilSeconds` is unix time (seconds: Inferred from Parley's sample app).
 * Source: developers.parley.io/docs/service-api/service-api-authorization, November 2026.
 */
export function makeAuthorization(given: {
  serviceIdentification: string;
  accountIdentification: string;
  sharedSecret: string;
  validUntilSeconds: number;
}): string {
  const { serviceIdentification, accountIdentification, sharedSecret } = given;
  const validUntil = String(given.validUntilSeconds);
  const hash = createHmac("sha512", sharedSecret)
    .update(serviceIdentification + accountIdentification + validUntil, "utf8")
    .digest("hex");
  const parts = [serviceIdentification, accountIdentification, validUntil, hash];
  return Buffer.from(parts.join("|"), "utf8").toString("base64");
}
