import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * The string with which a Service signs its requests.
 * Source: developers.parley.io/docs/service-api/service-api-authorization, November 2026.
 */
export function makeServiceAuthorization(input: {
  readonly serviceIdentification: string;
  readonly accountIdentification: string;
  readonly sharedSecret: string;
  readonly validUntilSeconds: number;
}): string {
  const { serviceIdentification, accountIdentification, validUntilSeconds } = input;
  const fields = [serviceIdentification, accountIdentification, String(validUntilSeconds)];
  return toBase64([...fields, hmac(input.sharedSecret, fields.join(""))]);
}

/** The Service that signed `header` for this account, or undefined for every kind of invalid or expired string. */
export function verifyServiceAuthorization<T extends { readonly sharedSecret: string }>(
  header: string | undefined,
  context: {
    readonly accountIdentification: string;
    readonly nowMs: number;
    findService(identification: string): T | undefined;
  },
): T | undefined {
  const [serviceIdentification, accountIdentification, validUntil, hash, ...rest] =
    fromBase64(header);
  if (!serviceIdentification || !validUntil || !hash || rest.length > 0) return undefined;
  if (accountIdentification !== context.accountIdentification) return undefined;
  const service = context.findService(serviceIdentification);
  if (!service || isExpired(validUntil, context.nowMs)) return undefined;
  const signed = hmac(
    service.sharedSecret,
    serviceIdentification + accountIdentification + validUntil,
  );
  return isSame(hash, signed) ? service : undefined;
}

/** Whom the header names, without any check; to tell callers apart who are refused. */
export function claimedService(header: string | undefined): string | null {
  return fromBase64(header)[0] || null;
}

/**
 * The string with which a client app proves who its registered User is.
 * Inferred: both hashes use the same secret.
 */
export function makeUserAuthorization(input: {
  readonly customerId: string;
  readonly clientSecret: string;
  readonly validUntilSeconds: number;
}): string {
  const { customerId, clientSecret } = input;
  const fields = [customerId, hmac(clientSecret, customerId), String(input.validUntilSeconds)];
  return toBase64([...fields, hmac(clientSecret, fields.join(""))]);
}

export type UserAuthorizationProblem =
  | "authentication_not_valid"
  | "authentication_expired"
  | "api_key_not_valid";

/** The customer id that `header` proves, or why it proves none. */
export function verifyUserAuthorization(
  header: string,
  context: { readonly clientSecret: string; readonly nowMs: number },
): { readonly customerId: string } | { readonly problem: UserAuthorizationProblem } {
  const [customerId, key, validUntil, hash, ...rest] = fromBase64(header);
  if (!customerId || !key || !validUntil || !hash || rest.length > 0) {
    return { problem: "authentication_not_valid" };
  }
  if (customerId.length > MAX_CUSTOMER_ID_LENGTH) return { problem: "api_key_not_valid" };
  const { clientSecret } = context;
  const isGenuine =
    isSame(key, hmac(clientSecret, customerId)) &&
    isSame(hash, hmac(clientSecret, customerId + key + validUntil));
  if (!isGenuine) return { problem: "authentication_not_valid" };
  if (isExpired(validUntil, context.nowMs)) return { problem: "authentication_expired" };
  return { customerId };
}

const MAX_CUSTOMER_ID_LENGTH = 100;

function hmac(secret: string, data: string): string {
  return createHmac("sha512", secret).update(data, "utf8").digest("hex");
}

function toBase64(fields: readonly string[]): string {
  return Buffer.from(fields.join("|"), "utf8").toString("base64");
}

/** Strict: anything but padded standard base64 gives no fields, as a lenient decoder would hide a client's mistake. */
function fromBase64(header: string | undefined): string[] {
  if (!header) return [];
  const bytes = Buffer.from(header, "base64");
  return bytes.toString("base64") === header ? bytes.toString("utf8").split("|") : [];
}

function isExpired(validUntil: string, nowMs: number): boolean {
  return !/^\d+$/.test(validUntil) || Number(validUntil) * 1000 <= nowMs;
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
