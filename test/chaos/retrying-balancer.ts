import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from "node:http";
import { type HttpServer, readBody, startHttpServer } from "../../fakes/http/http-server.ts";

/**
 * What becomes of a request that a replica may have taken, but did not answer. `fails`: the sender is told so, and no other
 * replica gets it. `repeats`: the next one gets it too, as some proxies do; and also after a 503.
 */
export type WithoutAnswer = "fails" | "repeats";

export interface Balancer extends Pick<HttpServer, "url" | "close"> {
  readonly counts: { passedOn: number; repeated: number; failed: number };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Shorter than Slack waits for its answer. */
const ANSWER_TIMEOUT_MS = 2_000;
/** Who has not answered gets nothing for so long, unless nobody else is there. */
const REST_MS = 1_000;

/** A load balancer in front of equal replicas: one after the other in turn, the same for all senders. */
export async function startRetryingBalancer(
  targets: readonly string[],
  withoutAnswer: WithoutAnswer,
): Promise<Balancer> {
  const counts = { passedOn: 0, repeated: 0, failed: 0 };
  const restsUntil = new Map<string, number>();
  let turn = 0;

  function inTurn(): string[] {
    const first = turn++ % targets.length;
    const all = [...targets.slice(first), ...targets.slice(0, first)];
    const rests = (target: string) => (restsUntil.get(target) ?? 0) > performance.now();
    return [...all.filter((target) => !rests(target)), ...all.filter(rests)];
  }

  const server = await startHttpServer(async (request, response) => {
    const body = await readBody(request);
    let last: Answer | undefined;
    for (const target of inTurn()) {
      const answer = await ask(target, request, body);
      if (answer === "refused") {
        restsUntil.set(target, performance.now() + REST_MS);
        continue;
      }
      last = answer === "unanswered" ? undefined : answer;
      if (answer === "unanswered") restsUntil.set(target, performance.now() + REST_MS);
      else if (answer.status !== 503) break;
      if (withoutAnswer === "fails") break;
      counts.repeated += 1;
    }
    if (last) counts.passedOn += 1;
    else counts.failed += 1;
    const { status, headers, body: answered } = last ?? BAD_GATEWAY;
    response.writeHead(status, headers).end(answered);
  });
  return { url: server.url, close: server.close, counts };
}

const BAD_GATEWAY: Answer = { status: 502, headers: {}, body: Buffer.from("Bad gateway") };

/** `refused`: it has surely not been taken. `unanswered`: nobody knows. */
function ask(
  target: string,
  { method, url = "/", headers }: IncomingMessage,
  body: Buffer,
): Promise<Answer | "refused" | "unanswered"> {
  return new Promise((resolve) => {
    let isConnected = false;
    const fail = () => resolve(isConnected ? "unanswered" : "refused");
    const request = requestHttp(`${target}${url}`, {
      method,
      // A connection of its own: one that is kept may be broken without anybody knowing.
      agent: false,
      headers: { ...headers, connection: "close" },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    request.once("socket", (socket) => socket.once("connect", () => (isConnected = true)));
    request.once("error", fail);
    request.once("response", (response) => {
      readBody(response).then((answered) => {
        const { connection: _, "transfer-encoding": __, ...rest } = response.headers;
        resolve({ status: response.statusCode ?? 502, headers: rest, body: answered });
      }, fail);
    });
    request.end(body);
  });
}
