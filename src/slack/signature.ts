import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Secret } from "../config/secret.ts";

/** A signature as the headers of a request claim it. */
export interface Signature {
  timestamp: string;
  /** Hex. */
  digest: string;
}

/** Slack's own limit for old signatures; it is applied to those from the future too. */
const MAX_CLOCK_SKEW_SECONDS = 5 * 60;

/**
 * The signature in the headers, if it looks like one of Slack's and is fresh. Whether it is genuine is for {@link isSigned}
 * to say, which needs the body. Source: docs.slack.dev/authentication/verifying-requests-from-slack, November 2026.
 */
export function claimedSignature(
  headers: IncomingHttpHeaders,
  now: number,
): Signature | "missing" | "stale" {
  const timestamp = String(headers["x-slack-request-timestamp"] ?? "");
  const digest = /^v0=([0-9a-f]{64})$/.exec(String(headers["x-slack-signature"] ?? ""))?.[1];
  if (digest === undefined || !/^\d{1,12}$/.test(timestamp)) return "missing";
  const skewSeconds = Math.abs(now / 1000 - Number(timestamp));
  return skewSeconds > MAX_CLOCK_SKEW_SECONDS ? "stale" : { timestamp, digest };
}

/** Whether `body` was signed with one of `secrets`. Takes the same time whether it was or not. */
export function isSigned(
  body: Buffer,
  { timestamp, digest }: Signature,
  secrets: readonly Secret[],
): boolean {
  const matches = secrets.map((secret) => {
    const signed = createHmac("sha256", secret.reveal()).update(`v0:${timestamp}:`).update(body);
    return timingSafeEqual(signed.digest(), Buffer.from(digest, "hex"));
  });
  return matches.includes(true);
}
