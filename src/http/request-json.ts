import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { readWhole } from "./read-text.ts";
import { unpacked } from "./unpacked.ts";

export interface JsonRequest {
  readonly method: "GET" | "PUT" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; missing: there is no body. */
  readonly body?: string;
  /** For each of finding the address, connecting, and agreeing on encryption. */
  readonly connectTimeoutMs: number;
  /** From sending the request to the head of the answer. */
  readonly responseTimeoutMs: number;
  /** A longer answer, counted after unpacking, is not read. */
  readonly maxBytes: number;
  /** In place of the usual search for addresses. */
  readonly lookup?: LookupFunction;
}

export interface JsonAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty if it is too long. Whether it is JSON nobody has looked. */
  readonly body: string;
  readonly isTooLong?: true;
}

/** What a request is waiting for. Before `response` nothing of it has been sent. */
type Phase = "lookup" | "connect" | "secureConnect" | "response" | "body";

/** A request to which there was no answer, or only a part of one. */
export class RequestFailure extends Error {
  override readonly name = "RequestFailure";
  /** Nothing of the request can have reached the other side. */
  readonly neverSent: boolean;
  constructor(what: string, phase: Phase, options?: ErrorOptions) {
    super(what, options);
    this.neverSent = phase !== "response" && phase !== "body";
  }
}

/**
 * Sends a request and reads the whole answer, whatever its status is; redirects are not followed, and nothing is repeated. It
 * is made of Node's HTTP client, which takes less than half the time of one that can do more.
 *
 * @throws {RequestFailure} there was no complete answer · {Error} the request could not even be made
 */
export async function requestJson(url: string, given: JsonRequest): Promise<JsonAnswer> {
  const { method, body, connectTimeoutMs, responseTimeoutMs, maxBytes, lookup } = given;
  const isEncrypted = url.startsWith("https:");
  const headers = {
    accept: "application/json",
    "accept-encoding": "gzip",
    "user-agent": "parley-slack-bridge",
    ...(body !== undefined && { "content-type": "application/json" }),
    ...given.headers,
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (isEncrypted ? requestHttps : requestHttp)(
    url,
    { method, headers, ...(lookup && { lookup }) },
    resolve,
  );
  let phase: Phase = "lookup";
  let timer: NodeJS.Timeout | undefined;
  let late: RequestFailure | undefined;
  let isOver = false;

  /** Gives up after `ms`, unless `hasPassed` by then what was waited for. */
  const limit = (ms: number, hasPassed: () => boolean) =>
    setTimeout(() => {
      // If this thread had no time to look, the answer may be here already: that is read first.
      setImmediate(() => {
        if (isOver || hasPassed()) return;
        late = new RequestFailure(`no answer (${phase})`, phase);
        request.destroy(late);
      });
    }, ms);
  function enter(next: Phase): void {
    phase = next;
    clearTimeout(timer);
    const ms = next === "response" ? responseTimeoutMs : connectTimeoutMs;
    timer = limit(ms, () => phase !== next);
  }
  const failure = (error: NodeJS.ErrnoException): RequestFailure =>
    late ?? new RequestFailure(error.code ?? error.name, phase, { cause: error });

  const whole = limit(responseTimeoutMs + 2 * connectTimeoutMs, () => false);
  enter(isIP(request.host) ? "connect" : "lookup");
  request.once("socket", (socket) => {
    if (!socket.connecting) return enter("response");
    socket.once("lookup", () => enter("connect"));
    socket.once("connect", () => enter(isEncrypted ? "secureConnect" : "response"));
    socket.once("secureConnect", () => enter("response"));
  });
  request.on("error", reject);
  // An answer that changes the protocol is none to us: Node then closes the connection, and says nothing else.
  request.once("close", () => reject(new Error("closed")));
  request.end(body);
  try {
    const response = await promise;
    clearTimeout(timer);
    phase = "body";
    const text = await readWhole(unpacked(response), maxBytes);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: text ?? "",
      ...(text === undefined && { isTooLong: true }),
    };
  } catch (error) {
    throw failure(error as NodeJS.ErrnoException);
  } finally {
    isOver = true;
    clearTimeout(timer);
    clearTimeout(whole);
  }
}
