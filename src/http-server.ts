import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError, toBridgeError } from "./errors.ts";
import { errorFields, type Log } from "./log.ts";

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface HttpServer {
  /**
   * Resolves with the port once it listens.
   *
   * @throws {ConfigError} another program has the port
   */
  start(host: string, port: number): Promise<number>;
  /** Takes no new requests and resolves when those under way are answered. */
  stop(): Promise<void>;
}

/** The one server for everything that reaches the bridge over HTTP. */
export function createHttpServer(routes: readonly Route[], log: Log): HttpServer {
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  // A callback or an event is small: whoever sends it this slowly does not mean to be answered.
  server.requestTimeout = 30_000;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Nothing, where the address is malformed.
    const path = URL.parse(request.url ?? "/", "http://localhost")?.pathname;
    const atPath = routes.filter((route) => route.path === path);
    const route = atPath.find(({ method }) => method === request.method);
    if (!route) return sendJson(response, atPath.length > 0 ? 405 : 404, { error: "not found" });
    try {
      await route.handle(request, response);
    } catch (thrown) {
      const error = toBridgeError(thrown);
      log.error({ path, ...errorFields(error) }, "request.failed");
      if (response.headersSent) response.destroy();
      else sendJson(response, error.code === "storage" ? 503 : 500, { error: error.code });
    }
  }

  return {
    start: (host, port) =>
      new Promise((resolve, reject) => {
        server.once("error", (error: NodeJS.ErrnoException) => {
          const inUse = `PORT ${port} on ${host} is in use by another program; stop that or choose another port`;
          const isTaken = error.code === "EADDRINUSE";
          reject(isTaken ? new ConfigError([inUse], { cause: error }) : error);
        });
        server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
      }),
    stop: () =>
      new Promise((resolve) => {
        // Connections that are kept alive end as soon as their last request is answered.
        const timer = setInterval(() => server.closeIdleConnections(), 50);
        server.close(() => {
          clearInterval(timer);
          resolve();
        });
      }),
  };
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { "content-type": "application/json; charset=utf-8" })
    .end(JSON.stringify(body));
}

/** The body, or `undefined` as soon as it is longer than `maxBytes`; what follows is not read. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
