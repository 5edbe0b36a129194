import type { IncomingHttpHeaders } from "node:http";
import { createEventReader, type ReceivedEvent } from "../bot/event-reader.ts";
import { readBody, startHttpServer } from "../http/http-server.ts";
import { makeServiceAuthorization } from "./authorization.ts";
import { type BotBridge, type BridgeAddress, createBotBridge } from "./bot-bridge.ts";
import { type BotEvent, toBotEvent } from "./bot-callback.ts";
import type { BotExchange } from "./bot-exchange.ts";
import { toBotMove } from "./bot-script.ts";
import { lineAfter, wordsAfter, wordsBefore } from "./bot-words.ts";

/** The account in which the bot works; a `FakeParley` is one. */
export interface BotAccount {
  readonly serviceApiUrl: string;
  readonly account: { readonly identification: string; readonly sharedSecret: string };
  readonly botService: { readonly identification: string; readonly name: string };
  readonly agentService: { readonly identification: string };
  readonly now: () => number;
  /** Something is new in the bot's `exchanges`. */
  readonly exchanged: (exchange: BotExchange) => void;
  registerCallback(
    serviceIdentification: string,
    url: string,
    headers: Readonly<Record<string, string>>,
  ): void;
}

export interface BotService {
  /** Where Parley calls the bot back. */
  readonly callbackUrl: string;
  /** For `BOT_EVENTS_URL` and `BOT_EVENTS_SECRET`. */
  readonly events: { readonly url: string; readonly secret: string };
  /** What it and the bridge have said to each other, oldest first. */
  readonly exchanges: readonly BotExchange[];
  /** Makes the bridge known: from now on the bot asks it before it hands over, and tells it of handovers and ratings. */
  meet(bridge: BridgeAddress): void;
  /** What its own web page says beside the chat of this User; null: nothing. */
  lineFor(userId: string): string | null;
  /** What went wrong in its work; the bot goes on with the next callback. */
  readonly failures: readonly Error[];
  /** Resolves once all accepted callbacks are dealt with. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** A User's time with the team. */
interface Visit {
  readonly isOver: boolean;
  readonly line: string | null;
  /** The conversation about which the User was asked. */
  readonly toRate: string | null;
}

/**
 * A bot Service as anybody could write it: receives callbacks, uses the Service API over HTTP. It answers greetings and a
 * few easy questions, hands the User over to the Agent Service when it cannot or when the User asks for a person, and
 * greets when it gets the User back. Where it knows the bridge it tells the User how long it may take, follows what becomes of
 * the handover, and asks how it was. Callbacks and events about one User are worked on in the order of their arrival.
 */
export async function startBotService(home: BotAccount): Promise<BotService> {
  const failures: Error[] = [];
  const seen = new Set<string>();
  const lanes = new Map<string, Promise<void>>();
  const visits = new Map<string, Visit>();
  const exchanges: BotExchange[] = [];
  let bridge: BotBridge | undefined;

  const exchanged = (exchange: BotExchange): void => {
    if (!exchanges.includes(exchange)) exchanges.push(exchange);
    home.exchanged(exchange);
  };

  const call = async (method: string, path: string, body: unknown): Promise<void> => {
    const authorization = makeServiceAuthorization({
      serviceIdentification: home.botService.identification,
      accountIdentification: home.account.identification,
      sharedSecret: home.account.sharedSecret,
      validUntilSeconds: Math.floor(Date.now() / 1000) + 300,
    });
    const response = await fetch(home.serviceApiUrl + path, {
      method,
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { status?: unknown };
    if (!response.ok || answer.status !== "SUCCESS") {
      throw new Error(`Bot call failed: ${method} ${path} answered ${response.status}`);
    }
  };
  const say = (userId: string, message: string, quickReplies: readonly string[] = []) =>
    call("POST", `/users/${userId}/messages`, {
      message,
      quickReplies,
      agent: { id: 1, name: home.botService.name, avatar: null },
    });

  const handle = async (event: Exclude<BotEvent, { readonly kind: "other" }>): Promise<void> => {
    const { userId } = event;
    const visit = visits.get(userId);
    if (event.kind === "owner") {
      // Who follows it hears how it ended, and greets then.
      if (visit) return;
      return say(userId, `${wordsAfter(event.reason, event.left)}\nWhat else can I do?`);
    }
    if (seen.has(event.messageId)) return;
    seen.add(event.messageId);
    const rating = visit?.toRate && /^[1-5]$/.test(event.text ?? "") ? Number(event.text) : null;
    if (visit?.toRate && rating !== null) {
      const isStored = await bridge?.rate(visit.toRate, rating);
      if (!isStored) return say(userId, "I am sorry, that got lost. Once more?", RATINGS);
      visits.set(userId, { ...visit, toRate: null });
      return say(userId, "Thank you! What else can I do?");
    }
    const move = event.hasMedia ? TOO_COMPLEX : toBotMove(event.text ?? "");
    if (move.kind === "answer") return say(userId, move.message, move.quickReplies);
    await handOver(event, move.reason);
  };

  const handOver = async (
    { userId, messageId, text, hasMedia }: BotEvent & { readonly kind: "message" },
    reasonCode: string,
  ): Promise<void> => {
    await say(userId, wordsBefore(await bridge?.availability(reasonCode)));
    if (bridge) visits.set(userId, { isOver: false, line: null, toRate: null });
    const summary = text?.slice(0, SUMMARY_LENGTH) ?? "Has sent a file";
    // With the key of this message it is one handover, whoever tells of it and how often.
    const metadata = {
      ...(text !== null && text !== summary && { question: text }),
      bot: { name: home.botService.name, messageId, hasMedia },
      idempotencyKey: `message-${messageId}`,
    };
    await call("PUT", `/users/${userId}/owner`, {
      newOwner: home.agentService.identification,
      metadata: { reasonCode, summary, ...metadata },
    });
    await bridge?.handOver(metadata.idempotencyKey, { userId, reasonCode, summary, metadata });
  };

  /** The User is with the bot again, if the team has not given them to somebody else. */
  const welcomeBack = async (
    { data }: ReceivedEvent,
    userId: string,
    isGreeted: boolean,
  ): Promise<void> => {
    const { reason, summary, conversation, agentMessages } = data;
    if ((data.to as { id: string } | null)?.id !== home.botService.identification) return;
    const greeting = isGreeted ? "" : `${wordsAfter(reason, summary)}\n`;
    if (!agentMessages) {
      if (!isGreeted) await say(userId, `${greeting}What else can I do?`);
      return;
    }
    await say(userId, `${greeting}How was it, from 1 (bad) to 5 (very good)?`, RATINGS);
    visits.set(userId, { isOver: true, line: null, toRate: String(conversation) });
  };

  const queue = (lane: string, handling: () => Promise<void>): void => {
    const work = (lanes.get(lane) ?? Promise.resolve())
      .then(handling)
      .catch((error: unknown) => {
        failures.push(error instanceof Error ? error : new Error(String(error)));
      })
      .finally(() => {
        if (lanes.get(lane) === work) lanes.delete(lane);
      });
    lanes.set(lane, work);
  };

  const hear = (event: ReceivedEvent): void => {
    if (seen.has(event.id)) return;
    seen.add(event.id);
    const userId = String(event.data.userId);
    const before = visits.get(userId);
    const isOver = event.type === "handover.completed" || event.type === "handover.declined";
    const line = lineAfter(event);
    visits.set(userId, {
      isOver,
      line: line === undefined ? (before?.line ?? null) : line,
      toRate: null,
    });
    // Of a User whom it did not know to be away it has heard from Parley, and has greeted them.
    if (isOver) queue(userId, () => welcomeBack(event, userId, before?.isOver !== false));
  };

  const read = createEventReader(EVENTS_SECRET, home.now);
  const takeEvent = (body: string, headers: IncomingHttpHeaders): number => {
    const request = JSON.parse(body) as Partial<ReceivedEvent>;
    const arrival = { from: "bridge", name: `POST ${request.type}`, request } as const;
    const begun = performance.now();
    let status = 204;
    let answer: unknown = null;
    try {
      hear(read(body, headers));
    } catch (error) {
      status = 401;
      answer = String(error);
    }
    const durationMs = Math.round(performance.now() - begun);
    exchanged({ ...arrival, at: home.now(), answer, status, durationMs });
    return status;
  };

  const server = await startHttpServer(async (request, response) => {
    const body = (await readBody(request)).toString("utf8");
    if (request.url === "/events") {
      response.writeHead(takeEvent(body, request.headers)).end();
      return;
    }
    if (request.headers.authorization !== CALLBACK_TOKEN) {
      response.writeHead(401).end();
      return;
    }
    const event = toBotEvent(JSON.parse(body));
    if (event.kind !== "other") queue(event.userId, () => handle(event));
    response.writeHead(200).end();
  });
  const callbackUrl = `${server.url}/callback`;
  home.registerCallback(home.botService.identification, callbackUrl, {
    authorization: CALLBACK_TOKEN,
  });

  return {
    callbackUrl,
    events: { url: `${server.url}/events`, secret: EVENTS_SECRET },
    exchanges,
    meet(address) {
      bridge = createBotBridge(address, { now: home.now, changed: exchanged });
    },
    lineFor: (userId) => visits.get(userId)?.line ?? null,
    failures,
    async idle() {
      while (lanes.size > 0) await Promise.all(lanes.values());
    },
    close: () => server.close(),
  };
}

const CALLBACK_TOKEN = "Bearer made-up-bot-callback-token";
const EVENTS_SECRET = `whsec_${Buffer.from("a made-up secret of bot events!!").toString("base64")}`;
const RATINGS = ["1", "2", "3", "4", "5"];
const SUMMARY_LENGTH = 100;
const TOO_COMPLEX = { kind: "hand-over", reason: "question_too_complex" } as const;
