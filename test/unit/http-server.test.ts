import type { ServerResponse } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { StorageError } from "../../src/errors.ts";
import {
  createHttpServer,
  HTTP_LIMITS,
  type HttpLimits,
  type Route,
  sendJson,
} from "../../src/http/http-server.ts";
import { readBody } from "../../src/http/read-body.ts";
import { captureLog } from "../support/captured-log.ts";
import { connectTo, head } from "../support/raw-request.ts";
import { PATIENCE } from "../support/steps.ts";

/**
 * A server that reads a body first at `POST /echo`, answers `GET /held` when it is released, and at `GET /long` with more
 * than fits between the two.
 */
async function startServer(limits: Partial<HttpLimits>) {
  const log = captureLog();
  const held = Promise.withResolvers<void>();
  const counts = { begun: 0, closed: 0 };
  const counted = (response: ServerResponse) => {
    counts.begun += 1;
    response.once("close", () => {
      counts.closed += 1;
    });
  };
  const routes: Route[] = [
    {
      method: "POST",
      path: "/echo",
      async handle(request, response) {
        const body = await readBody(request, response, 1_000);
        sendJson(response, 200, { length: body.length });
      },
    },
    {
      method: "GET",
      path: "/held",
      async handle(_request, response) {
        counted(response);
        await held.promise;
        sendJson(response, 200, {});
      },
    },
    {
      method: "GET",
      path: "/long",
      handle(_request, response) {
        counted(response);
        response.end(Buffer.alloc(64 * 1024 * 1024));
        return Promise.resolve();
      },
    },
  ];
  const server = createHttpServer(routes, log, { ...HTTP_LIMITS, ...limits });
  const port = await server.start("127.0.0.1", 0);
  onTestFinished(() => server.stop());
  const connect = async () => {
    const connection = await connectTo(`http://127.0.0.1:${port}`);
    onTestFinished(() => connection.destroy());
    return connection;
  };
  return {
    log,
    connect,
    begun: () => counts.begun,
    closed: () => counts.closed,
    release: () => held.resolve(),
  };
}

describe("the HTTP server", () => {
  const soon = { headersMs: 50, requestMs: 100, checkMs: 10 };

  it.each([
    ["its headers", "POST /echo HTTP/1.1\r\nhost: x\r\n"],
    ["its body", head("POST /echo HTTP/1.1", { host: "x", "content-length": "100" })],
    ["its first line", "PO"],
  ])("cuts who does not send %s in time, and calls it no error", async (_, start) => {
    const { log, connect } = await startServer(soon);
    const connection = await connect();

    connection.write(start);

    await expect.poll(() => connection.isClosed, PATIENCE).toBe(true);
    expect(connection.received).toMatch(/^HTTP\/1\.1 408 /);
    expect(log.lines.filter(({ level }) => level !== "debug")).toEqual([]);
  });

  it("gives a whole request about ten seconds", () => {
    const { headersMs, requestMs, checkMs } = HTTP_LIMITS;
    expect(requestMs).toBe(10_000);
    // The other way round Node takes the longer one for both, and it looks only at every check.
    expect(headersMs).toBeLessThanOrEqual(requestMs);
    expect(checkMs).toBeLessThanOrEqual(1_000);
  });

  it("cuts who has waited longest for its own sender when there is no room for a newcomer", async () => {
    const { connect } = await startServer({ connections: 2 });
    const silent = await connect();
    const slow = await connect();
    slow.write(head("POST /echo HTTP/1.1", { host: "x", "content-length": "2" }));

    const third = await connect();
    third.write(`${head("POST /echo HTTP/1.1", { host: "x", "content-length": "2" })}hi`);

    await expect.poll(() => third.received, PATIENCE).toMatch(/^HTTP\/1\.1 200 /);
    await expect.poll(() => silent.isClosed, PATIENCE).toBe(true);
    slow.write("hi");
    await expect.poll(() => slow.received, PATIENCE).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("cuts the newcomer when all the others are being answered", async () => {
    const { connect, begun, release } = await startServer({ connections: 2 });
    const busy = [await connect(), await connect()];
    for (const connection of busy) {
      connection.write(head("GET /held HTTP/1.1", { host: "x", connection: "close" }));
    }
    await expect.poll(begun, PATIENCE).toBe(2);

    const third = await connect();

    await expect.poll(() => third.isClosed, PATIENCE).toBe(true);
    release();
    for (const connection of busy) {
      await expect.poll(() => connection.received, PATIENCE).toMatch(/^HTTP\/1\.1 200 /);
    }
  });

  it("begins no more requests of one connection than it has room for", async () => {
    const { connect, begun, release } = await startServer({ requestsPerConnection: 3 });
    const connection = await connect();

    connection.write(head("GET /held HTTP/1.1", { host: "x" }).repeat(10));
    await expect.poll(begun, PATIENCE).toBe(3);
    release();

    const answers = (status: RegExp) => connection.received.match(status)?.length;
    await expect.poll(() => answers(/HTTP\/1\.1 503 /g), PATIENCE).toBe(7);
    expect([begun(), answers(/HTTP\/1\.1 200 /g)]).toEqual([3, 3]);
  });

  it("cuts who does not read its answer", async () => {
    const { connect, begun, closed } = await startServer({ unreadMs: 50 });
    const connection = await connect();
    connection.pause();

    connection.write(head("GET /long HTTP/1.1", { host: "x" }));

    await expect.poll(begun, PATIENCE).toBe(1);
    await expect.poll(closed, PATIENCE).toBe(1);
  });

  it("has room for no more bodies of 1 MB and unread answers than a small machine has memory for", () => {
    expect(HTTP_LIMITS.connections).toBeLessThanOrEqual(256);
    expect(HTTP_LIMITS.requestsPerConnection).toBeLessThanOrEqual(100);
  });
});

it("does not flood the log while nothing can be stored, and says of each other failure where it was", async () => {
  const log = captureLog();
  const failing = (path: string, error: Error): Route => ({
    method: "GET",
    path,
    handle: () => Promise.reject(error),
  });
  const routes = [
    failing("/stores", new StorageError("the disk is full")),
    failing("/other", new Error("a defect")),
  ];
  const server = createHttpServer(routes, log);
  const port = await server.start("127.0.0.1", 0);
  onTestFinished(() => server.stop());

  for (const path of ["stores", "other", "stores", "other", "stores"]) {
    const { status } = await fetch(`http://127.0.0.1:${port}/${path}`);
    expect(status).toBe(path === "stores" ? 503 : 500);
  }

  const failures = log.lines.filter(({ event }) => event === "request.failed");
  expect(failures.map(({ fields }) => fields)).toEqual([
    { path: "/stores", error: "the disk is full" },
    expect.objectContaining({ path: "/other", stack: expect.any(String) }),
    expect.objectContaining({ path: "/other", stack: expect.any(String) }),
  ]);
});
