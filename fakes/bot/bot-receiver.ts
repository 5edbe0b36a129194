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
  /** Moves its clock on, by which it judges how old a request is. */
  advance(ms: number): void;
  close(): Promise<void>;
}

/** What is older, or comes from the future, is refused. */
const TOLERANCE_MS = 5 * 60_000;

/** Its fault's target is `event`, or the type of one. */
export async function startBotReceiver(secret: string): Promise<BotReceiver> {
  const webhook = new Webhook(secret);
  const faults = createFaults();
  const events: ReceivedEvent[] = [];
  const arrivals: string[] = [];
  const failures: unknown[] = [];
  let ahead = 0;

  /** As the library does it, by a clock that can be told the time. @throws {Error} it is forged or old */
  function verify(body: string, headers: Record<string, string>): Omit<ReceivedEvent, "id"> {
    const { "webhook-id": id = "", "webhook-timestamp": seconds = "" } = headers;
    const now = new Date();
    const age = now.getTime() + ahead - Number(seconds) * 1000;
    if (!(Math.abs(age) <= TOLERANCE_MS)) throw new Error(`The request is ${age} ms old`);
    const sent = new Date(Number(seconds) * 1000);
    const isSigned = headers["webhook-signature"]
      ?.split(" ")
      .includes(webhook.sign(id, sent, body));
    if (!isSigned) throw new Error("The signature is wrong");
    return JSON.parse(body) as Omit<ReceivedEvent, "id">;
  }

  function takeIn(body: string, headers: Record<string, string>): number {
    try {
      const event = verify(body, headers);
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
  return {
    url: `${server.url}/events`,
    events,
    arrivals,
    failures,
    faults,
    advance(ms) {
      ahead += ms;
    },
    close: server.close,
  };
}
