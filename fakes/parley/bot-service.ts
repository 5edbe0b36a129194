import { readBody, startHttpServer } from "../http/http-server.ts";
import { makeServiceAuthorization } from "./authorization.ts";
import { type BotEvent, toBotEvent } from "./bot-callback.ts";
import { toBotMove } from "./bot-script.ts";

/** The account in which the bot works; a `FakeParley` is one. */
export interface BotAccount {
  readonly serviceApiUrl: string;
  readonly account: { readonly identification: string; readonly sharedSecret: string };
  readonly botService: { readonly identification: string; readonly name: string };
  readonly agentService: { readonly identification: string };
  readonly now: () => number;
  registerCallback(
    serviceIdentification: string,
    url: string,
    headers: Readonly<Record<string, string>>,
  ): void;
}

export interface BotService {
  /** Where Parley calls the bot back. */
  readonly callbackUrl: string;
  /** What went wrong in its work; the bot goes on with the next callback. */
  readonly failures: readonly Error[];
  /** Resolves once all accepted callbacks are dealt with. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A bot Service as anybody could write it: receives callbacks, uses the Service API over HTTP. It answers greetings and a
 * few easy questions, hands the User over to the Agent Service when it cannot or when the User asks for a person, and
 * greets when it gets the User back. Callbacks about one User are worked on in the order of their arrival.
 */
export async function startBotService(home: BotAccount): Promise<BotService> {
  const failures: Error[] = [];
  const seen = new Set<string>();
  const lanes = new Map<string, Promise<void>>();

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

  const handle = async (event: BotEvent): Promise<void> => {
    if (event.kind === "other") return;
    const { userId } = event;
    if (event.kind === "owner") {
      const note = event.note === null ? "" : ` My colleague left this for you: ${event.note}`;
      return say(userId, `You are back with me, the bot.${note} What else can I do?`);
    }
    if (seen.has(event.messageId)) return;
    seen.add(event.messageId);
    const move = event.hasMedia ? TOO_COMPLEX : toBotMove(event.text ?? "");
    if (move.kind === "answer") return say(userId, move.message, move.quickReplies);
    await say(userId, "One moment, a colleague takes over from here.");
    await call("PUT", `/users/${userId}/owner`, {
      newOwner: home.agentService.identification,
      metadata: {
        reason: move.reason,
        question: event.text,
        bot: { name: home.botService.name, messageId: event.messageId, hasMedia: event.hasMedia },
      },
    });
  };

  const accept = (event: BotEvent): void => {
    const lane = event.kind === "other" ? "" : event.userId;
    const work = (lanes.get(lane) ?? Promise.resolve())
      .then(() => handle(event))
      .catch((error: unknown) => {
        failures.push(error instanceof Error ? error : new Error(String(error)));
      })
      .finally(() => {
        if (lanes.get(lane) === work) lanes.delete(lane);
      });
    lanes.set(lane, work);
  };

  const server = await startHttpServer(async (request, response) => {
    const body = await readBody(request);
    if (request.headers.authorization !== CALLBACK_TOKEN) {
      response.writeHead(401).end();
      return;
    }
    accept(toBotEvent(JSON.parse(body.toString("utf8"))));
    response.writeHead(200).end();
  });
  const callbackUrl = `${server.url}/callback`;
  home.registerCallback(home.botService.identification, callbackUrl, {
    authorization: CALLBACK_TOKEN,
  });

  return {
    callbackUrl,
    failures,
    async idle() {
      while (lanes.size > 0) await Promise.all(lanes.values());
    },
    close: () => server.close(),
  };
}

const CALLBACK_TOKEN = "Bearer made-up-bot-callback-token";
const TOO_COMPLEX = { kind: "hand-over", reason: "question_too_complex" } as const;
