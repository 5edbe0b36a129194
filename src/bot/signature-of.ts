import { Webhook } from "standardwebhooks";
import type { Secret } from "../config/secret.ts";

/**
 * The headers by which a bot knows a request of ours and its age, as Standard Webhooks has them. Each secret signs, so that the bot may
 * know either while one replaces the other. `now`: ms since the epoch.
 */
export const signatureOf = (
  id: string,
  body: string,
  secrets: readonly Secret[],
  now: number,
): Readonly<Record<string, string>> => ({
  "webhook-id": id,
  "webhook-timestamp": String(Math.floor(now / 1000)),
  "webhook-signature": secrets
    .map((secret) => new Webhook(secret.reveal()).sign(id, new Date(now), body))
    .join(" "),
});
