import type { IncomingHttpHeaders } from "node:http";
import { Webhook } from "standardwebhooks";

/** An event as a bot has it. */
export interface ReceivedEvent {
  /** `webhook-id` */
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What is older, or comes from the future, is refused. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * Reads events as the library of Standard Webhooks does, but by a clock that can be told the time.
 * The reader throws where one is forged or old.
 */
export function createEventReader(
  secret: string,
  now: () => number,
): (body: string, headers: IncomingHttpHeaders) => ReceivedEvent {
  const webhook = new Webhook(secret);
  return (body, headers) => {
    const id = String(headers["webhook-id"]);
    const sentAt = Number(headers["webhook-timestamp"]) * 1000;
    const age = now() - sentAt;
    if (!(Math.abs(age) <= TOLERANCE_MS)) throw new Error(`The request is ${age} ms old`);
    const signatures = String(headers["webhook-signature"]).split(" ");
    if (!signatures.includes(webhook.sign(id, new Date(sentAt), body))) {
      throw new Error("The signature is wrong");
    }
    return { id, ...(JSON.parse(body) as Omit<ReceivedEvent, "id">) };
  };
}
