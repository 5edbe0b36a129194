import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { ConfigError, toBridgeError } from "../errors.ts";
import { errorFields, type Log } from "../log.ts";
import { createSparseLog } from "../sparse-log.ts";
import { AbortedRequestError } from "./read-body.ts";

export interface Route {
  readonly method: "GET" | "POST";
  /** May end in `/{id}`, which stands for anything up to the next slash. */
  readonly path: string;
  /** `id`: what stands at the place of `{id}`, as it was sent. */
  handle(request: IncomingMessage, response: ServerResponse, id?: string): Promise<void>;
}

export interface HttpServer {
  /**
   * Resolves with the port once it listens.
   *
   * @throws {ConfigError} another program has the port, or the machine has no such address
   */
  start(host: string, port: number): Promise<number>;
  /** Takes no new requests, and resolves when those that have arrived are answered. Requests that are still being sent are cut off. */
  stop(): Promise<void>;
}

/** How long senders may take, ms, and how much they may hold. Callbacks and events are small: a slow sender is no real one. */
export interface HttpLimits {
  headersMs: number;
  /** The whole request, its headers included. */
  requestMs: number;
  /** How often Node checks for requests that took too long. */
  checkMs: number;
  /** Each connection may hold a body in memory. When there are more than this, one without a running request is closed. */
  connections: number;
  /** A sender may send all of them before it reads the first answer, and the answers are in memory until then. */
  requestsPerConnection: number;
  /** How long an answer may wait until it is read. */
  unreadMs: number;
  /** How long a request may still arrive during a stop. */
  stopMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headersMs: 5_000,
  requestMs: 10_000,
  checkMs: 1_000,
  connections: 256,
  requestsPerConnection: 100,
  unreadMs: 30_000,
  stopMs: 1_000,
};

/** The one server for everything that reaches the bridge over HTTP. */
export function createHttpServer(
  routes: readonly Route[],
  log: Log,
  limits: HttpLimits = HTTP_LIMITS,
): HttpServer {
  /** Every connection with the answer that is under way on it, if any; the one that sent something last is last. */
  const open = new Map<Socket, ServerResponse | undefined>();
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    open.delete(socket);
    open.set(socket, response);
    response.once("close", () => {
      if (open.get(socket) === response) open.set(socket, undefined);
    });
    void answer(request, response);
  };
  // While nothing can be stored senders try again and again, and an alarm says why.
  const notStored = createSparseLog((fields) => log.error(fields, "request.failed"));
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      // Node uses the longer of this and the headers' timeout for the whole request.
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkMs,
    },
    listener,
  );
  server.maxRequestsPerSocket = limits.requestsPerConnection;
  server.timeout = limits.unreadMs;
  server.on("connection", (socket) => {
    open.set(socket, undefined);
    socket.once("close", () => open.delete(socket));
    if (open.size > limits.connections) makeRoom();
  });
  // `Expect: 100-continue` is answered by the route that reads the body, if it reads it.
  server.on("checkContinue", listener);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = toPath(request.url);
    const parent = path?.replace(/[^/]+$/, "");
    const id = path?.slice(parent?.length) ?? "";
    const atPath = routes.filter((route) => route.path === path || route.path === `${parent}{id}`);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const route = atPath.find((candidate) => candidate.method === method);
    if (!route) return sendJson(response, atPath.length > 0 ? 405 : 404, { error: "not found" });
    try {
      await route.handle(request, response, id);
    } catch (thrown) {
      if (thrown instanceof AbortedRequestError) {
        return log.debug({ path: route.path }, "request.aborted");
      }
      const error = toBridgeError(thrown);
      if (error.code === "storage") notStored({ path: route.path, error: error.message });
      else log.error({ path: route.path, ...errorFields(error) }, "request.failed");
      if (response.headersSent) response.destroy();
      else sendJson(response, error.code === "storage" ? 503 : 500, { error: error.code });
    }
  }

  /** Closes one connection, so that slow senders cannot keep others out: the oldest idle one, else the newest. */
  function makeRoom(): void {
    for (const [socket, response] of open) {
      if (isWorkedOn(response)) continue;
      open.delete(socket);
      socket.destroy();
      return;
    }
  }

  function cutUnfinished(): void {
    for (const [socket, response] of open) if (!isWorkedOn(response)) socket.destroy();
  }

  return {
    start: (host, port) =>
      new Promise((resolve, reject) => {
        server.once("error", (error: NodeJS.ErrnoException) => {
          const problem = listenProblem(error.code, host, port);
          reject(problem ? new ConfigError([problem], { cause: error }) : error);
        });
        server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
      }),
    stop: () =>
      new Promise((resolve) => {
        const begunAt = performance.now();
        // Connections that are kept alive end as soon as their last request is answered.
        const timer = setInterval(() => {
          server.closeIdleConnections();
          if (performance.now() - begunAt > limits.stopMs) cutUnfinished();
        }, 50);
        server.close(() => {
          clearInterval(timer);
          resolve();
        });
      }),
  };
}

/** Whether we are working on a request of the connection. If not, we wait for its sender, who sends again what was cut off. */
const isWorkedOn = (response: ServerResponse | undefined): boolean =>
  response?.req.complete === true && !response.writableEnded;

function listenProblem(code: string | undefined, host: string, port: number): string | undefined {
  switch (code) {
    case "EADDRINUSE":
      return `PORT ${port} on ${host} is in use by another program; stop that or choose another port`;
    case "EACCES":
      return `PORT ${port} on ${host} may not be used by this user; choose one above 1023, and let a proxy have the other`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `HOST ${host} is no address of this machine; 127.0.0.1 is for a proxy beside the bridge, 0.0.0.0 for all networks`;
    default:
      return undefined;
  }
}

/** The path without doubled and trailing slashes, which people and proxies add. `undefined`: the address is malformed. */
function toPath(url = "/"): string | undefined {
  const path = URL.parse(url.replace(/^\/+/, "/"), "http://localhost")?.pathname;
  return path?.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { "content-type": "application/json; charset=utf-8" })
    .end(JSON.stringify(body));
}
