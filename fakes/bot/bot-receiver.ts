import type { IncomingHttpHeaders } from "node:http";
import { createFaults, type Faults, underFault } from "../http/faults.ts";
import { startHttpServer } from "../http/http-server.ts";
import { createEventReader, type ReceivedEvent } from "./event-reader.ts";

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
  /** From now on only what this has signed is genuine. */
  changeSecret(secret: string): void;
  /** Moves its clock on, by which it judges how old a request is. */
  advance(ms: number): void;
  close(): Promise<void>;
}

/** Its fault's target is `event`, or the type of one. */
export async function startBotReceiver(secret: string): Promise<BotReceiver> {
  const faults = createFaults();
  const events: ReceivedEvent[] = [];
  const arrivals: string[] = [];
  const failures: unknown[] = [];
  let ahead = 0;
  const readerWith = (given: string) => createEventReader(given, () => Date.now() + ahead);
  let read = readerWith(secret);

  function takeIn(body: string, headers: IncomingHttpHeaders): number {
    try {
      const event = read(body, headers);
      arrivals.push(event.id);
      if (!events.some(({ id }) => id === event.id)) events.push(event);
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
      work: () => takeIn(body, request.headers),
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
    changeSecret(given) {
      read = readerWith(given);
    },
    advance(ms) {
      ahead += ms;
    },
    close: server.close,
  };
}
