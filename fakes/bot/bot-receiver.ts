import { Webhook } from "standardwebhooks";
import { createFaults, type Faults, underFault } from "../http/faults.ts";
import { startHttpServer } from "../http/http-server.ts";

/** An event as a bot has it. */
export interface ReceivedEvent {
  /** `webhook-id` */
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The part of a bot that takes events, as one would be written with the library of Standard Webhooks. */
export interface BotReceiver {
  readonly url: string;
  /** Each once, in the order in which it came first. */
  readonly events: readonly ReceivedEvent[];
  /** The ids of all that came, with repeats. */
  readonly arrivals: readonly string[];
  /** What could not be verified, and whatever else no bot should meet. */
  readonly failures: readonly unknown[];
  readonly faults: Faults;
  close(): Promise<void>;
}

/** Its fault's target is `event`, or the type of one. */
export async function startBotReceiver(secret: string): Promise<BotReceiver> {
  const webhook = new Webhook(secret);
  const faults = createFaults();
  const events: ReceivedEvent[] = [];
  const arrivals: string[] = [];
  const failures: unknown[] = [];

  function takeIn(body: string, headers: Record<string, string>): number {
    try {
      const event = webhook.verify(body, headers) as Omit<ReceivedEvent, "id">;
      const id = headers["webhook-id"] ?? "";
      arrivals.push(id);
      if (!events.some((each) => each.id === id)) events.push({ id, ...event });
      return 204;
    } catch (error) {
      failures.push(error);
      return 401;
    }
  }

  const server = await startHttpServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { type } = JSON.parse(body) as { type: string };
    await underFault(faults.take("event") ?? faults.take(type), {
      work: () => takeIn(body, request.headers as Record<string, string>),
      answer: (status) => void response.writeHead(status).end(),
      cut: () => void response.destroy(),
      refuse: (status, headers) => void response.writeHead(status, headers).end(),
      leave: () => response,
    });
  });
  return { url: `${server.url}/events`, events, arrivals, failures, faults, close: server.close };
}
